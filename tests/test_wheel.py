"""The wheel alone is enough for a learner: in a fresh environment, far from the course."""

import os
import subprocess
import sys
import venv
import zipfile

import pytest
from conftest import ROOT


def pip(python, *arguments):
    command = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    # Compiling what is installed would take longer than installing it.
    env = os.environ | {"PIP_NO_COMPILE": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if "ConnectionError" in done.stderr or "Failed to establish" in done.stderr:
        pytest.skip("pip cannot reach its index")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--no-deps", "-w", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_no_solution(wheel, course):
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert "grader/templates/report.html" in held
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
    assert "no course" in done.stderr
