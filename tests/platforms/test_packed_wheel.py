"""The wheel of the grader that an autograder carries."""

from importlib import metadata

from grader.platforms.container import wheel
from tests.support.refusals import told


class TestTheWheel:
    def test_of_a_grader_that_is_not_installed(self, monkeypatch):
        def missing(name):
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(metadata, "distribution", missing)
        assert "is not installed, so it cannot be packed; install" in told(wheel.wheel_bytes)

    def test_of_another_version(self, monkeypatch):
        monkeypatch.setattr(wheel, "__version__", "9.9")
        assert "is installed, but 9.9 is running; install" in told(wheel.wheel_bytes)
