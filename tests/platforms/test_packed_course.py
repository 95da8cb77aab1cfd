"""A packed course that is none: said in a sentence."""

import pytest

from grader.errors import UsageError
from grader.platforms.container import pack
from tests.support.refusals import written


class TestAPackedCourse:
    def test_that_is_none(self, tmp_path):
        path = written(tmp_path / "course.zip", b"nothing")
        with pytest.raises(UsageError, match="is not a packed course"):
            pack.read_pack(path)
        with pytest.raises(UsageError, match=r"cannot read .*none"):
            pack.read_pack(tmp_path / "none")
