"""What is published holds no solution; the wheel alone is enough for a learner, far from here."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile

import pytest

from tests.support.course import ROOT

# Builds, and installs into an environment of its own.
pytestmark = pytest.mark.slow


def pip(python, *arguments):
    command = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    # Compiling what is installed would take longer than installing it.
    env = os.environ | {"PIP_NO_COMPILE": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if "ConnectionError" in done.stderr or "Failed to establish" in done.stderr:
        pytest.skip("pip cannot reach its index")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "ConnectionError" in done.stdout + done.stderr:
        pytest.skip("pip cannot reach its index")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(dist):
    (path,) = dist.glob("*.whl")
    return path


def test_what_is_published_is_described_as_an_index_wants_it(dist, wheel):
    command = [sys.executable, "-m", "twine", "check", "--strict", *sorted(dist.iterdir())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PASSED") == 2
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        metadata = archive.read(name).decode()
        assert "grader/py.typed" in archive.namelist()
        assert any(n.endswith("licenses/LICENSE") for n in archive.namelist())
    assert "Requires-Python: >=3.11" in metadata
    assert "Classifier: Typing :: Typed" in metadata
    assert "License-Expression: BSD-3-Clause" in metadata


def test_the_sdist_holds_what_is_needed_to_build_and_no_solution(dist):
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"} <= set(names)
    assert "grader/cli/__init__.py" in names
    assert "exercises/checks.json" in names
    assert not [name for name in names if name.startswith(("solutions", "tests"))]


def test_the_wheel_holds_no_solution(wheel, course):
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert "grader/results/templates/report.html" in held
    assert "grader/exercises/checks.json" in held
    for exercise in course.exercises:
        for path in exercise.folder.glob("*.py"):
            assert path.read_bytes() not in held.values()
        solved = exercise.reference_path.read_text(encoding="utf-8")
        _before, *solutions = solved.split("# BEGIN SOLUTION\n")
        for solution in solutions:
            lines = solution.split("# END SOLUTION")[0]
            assert not [name for name, data in held.items() if lines.encode() in data]


def test_a_learner_needs_nothing_but_the_wheel(wheel, tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    bin_ = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip(bin_ / "python", "install", wheel)

    def grader(*arguments, cwd):
        command = [bin_ / "grader", *arguments]
        return subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60
        )

    done = grader("start", "work", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    work = tmp_path / "work"
    done = grader("check", "ex01_softmax.py", cwd=work)
    assert (done.returncode, done.stderr) == (1, "")
    assert "softmax is not written yet" in done.stdout
    (work / "ex02_jacobian.py").write_text(
        "import numpy as np\ndef softmax_jacobian(z):\n"
        "    a = np.exp(z) / np.exp(z).sum()\n    return np.diagflat(a * (1 - a))\n"
    )
    done = grader("check", "ex02_jacobian.py", cwd=work)
    assert "You fill the diagonal" in done.stdout
    done = grader("grade", work, "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "no course found" in done.stderr
