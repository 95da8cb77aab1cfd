"""Which wall is chosen, and what the instructor reads about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.course import ROOT, planned
from tests.support.submissions import SOFTMAX
from tests.support.walls import WALLS, behind, examination


@pytest.fixture
def bare(tmp_path):
    """Run the command on a machine with neither bubblewrap nor libseccomp."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "pyseccomp.py").write_text('raise RuntimeError("Unable to find libseccomp")')
    (tmp_path / "ada.py").write_text(SOFTMAX)
    env = os.environ | {"PATH": str(tmp_path / "bin"), "PYTHONPATH": str(tmp_path)}

    def ran(*args):
        command = [sys.executable, "-m", "grader", *map(str, args)]
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    return ran


def test_without_any_wall_nothing_is_graded_and_the_remedies_are_named(bare, tmp_path):
    one = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions")
    done = bare("grade", "ada.py", "--out", "out", *one)
    assert done.returncode == 2
    for words in (
        "bubblewrap is not installed",
        "apt install bubblewrap",
        "apt install libseccomp2",
    ):
        assert words in done.stderr
    assert "--isolation none" in done.stderr
    assert not (tmp_path / "out" / "gradebook.csv").exists()


@pytest.mark.parametrize("tier", WALLS)
def test_a_wall_that_is_asked_for_by_name_is_not_replaced_by_another(bare, tier):
    one = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions")
    done = bare("grade", "ada.py", "--out", "o", *one, "--isolation", tier)
    assert done.returncode == 2
    assert f"{tier}: " in done.stderr


def test_none_that_is_asked_for_grades_and_is_stamped_on_every_result(bare, tmp_path):
    arguments = ("--out", "o", "--course", ROOT / "solutions", "--isolation", "none")
    done = bare("grade", "ada.py", "--exercise", "ex01_softmax", *arguments)
    assert done.returncode == 0, done.stderr
    (line,) = (tmp_path / "o" / "results.jsonl").read_text().splitlines()
    result = json.loads(line)
    assert result["isolation"] == "none"
    assert "isolation: none" in done.stdout


@pytest.mark.slow
def test_the_demo_does_without_a_wall_and_says_so(bare):
    planned(mistakes=True)
    done = bare("demo", "--students", "2", "--out", "demo", "--course", ROOT / "solutions")
    assert done.returncode == 0, done.stderr
    assert "isolation: none" in done.stdout


def test_the_doctor_names_each_tier_its_probes_and_the_remedy(bare, run):
    done = bare("doctor")
    assert done.returncode == 1
    assert "remedy: install bubblewrap" in done.stdout
    assert "will refuse to grade here" in done.stdout
    healthy = run("doctor")
    if any(not examination(tier).problem for tier in WALLS):
        assert healthy.returncode == 0
        assert "✓ start a process: denied" in healthy.stdout


def test_the_summary_tells_the_tier_and_its_probes(run, tmp_path):
    wall = behind("seccomp")
    (tmp_path / "ada.py").write_text(SOFTMAX)
    done = run(
        *("grade", tmp_path / "ada.py", "--out", tmp_path, "--course", ROOT / "solutions"),
        *("--isolation", "seccomp", "--exercise", "ex01_softmax"),
    )
    assert f"isolation: seccomp (all {len(wall.probes)} probes were denied)" in done.stdout
