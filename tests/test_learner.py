"""`grader check`: a learner on their own machine, with the exercises' folder and no solutions."""

import json
import shutil

import pytest
from conftest import ROOT, SOFTMAX

from grader.build import notebook, script

BROKEN = SOFTMAX.replace("axis=0", "axis=1")


@pytest.fixture
def folder(tmp_path):
    """The exercises as a learner gets them."""
    return shutil.copytree(ROOT / "exercises", tmp_path / "exercises")


def test_a_template_is_not_attempted_and_the_next_step_is_said(run, folder):
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert done.returncode == 1
    assert "– softmax is not written yet" in done.stdout  # noqa: RUF001
    assert done.stdout.rstrip().endswith("Next: write softmax.")


@pytest.mark.parametrize("form", [script, notebook])
def test_right_work_passes_and_is_told_what_to_notice(run, folder, course, form):
    exercise = course.exercises[0]
    file = f"{exercise.slug}{'.py' if form is script else '.ipynb'}"
    (folder / file).write_text(form(exercise, solved=True), encoding="utf-8")
    done = run("check", file, cwd=folder)
    assert done.returncode == 0, done.stdout
    assert "✓ softmax: 5 of 5 checks pass" in done.stdout
    assert "What to notice:" in done.stdout
    assert "Done: ex01_softmax." in done.stdout


def test_wrong_work_is_told_value_place_expectation_and_a_question(run, folder):
    (folder / "ex01_softmax.py").write_text(BROKEN)
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert done.returncode == 1
    assert "✗ one_two_three: The column [1, 2, 3] becomes about" in done.stdout
    assert "entry (0, 0) is 1, should be 0.0900306 (3 of 3 entries are wrong)" in done.stdout
    assert "Which of the three steps differs?" in done.stdout
    assert "Next: correct softmax; begin with one_two_three above." in done.stdout


def test_ones_own_earlier_file_is_used(run, folder, course):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    solved = script(course.exercises[1], solved=True)
    (folder / "ex02_jacobian.py").write_text(solved, encoding="utf-8")
    done = run("check", "ex02_jacobian.py", cwd=folder)
    assert done.returncode == 0, done.stdout
    assert "softmax_jacobian_batch: " in done.stdout
    assert "Exercise 1" not in done.stdout


def test_what_ones_code_prints_is_shown(run, folder):
    (folder / "ex01_softmax.py").write_text(
        "print('loading')\n" + BROKEN.replace("    E", "    print(Z.shape)\n    E")
    )
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert "  | (3, 1)" in done.stdout
    assert "Printed while your files were loaded:\n  | loading" in done.stdout


def test_all_files_of_a_folder_are_checked_without_a_name(run, folder, plan):
    done = run("check", cwd=folder)
    assert done.returncode == 1
    for exercise in plan.exercises:
        assert exercise.title in done.stdout


def test_the_checks_that_come_with_the_grader_serve_in_any_folder(run, tmp_path):
    (tmp_path / "ex01_softmax.py").write_text(SOFTMAX)
    assert run("check", "ex01_softmax.py", cwd=tmp_path).returncode == 0


def test_a_damaged_checks_file_says_what_to_do(run, folder):
    (folder / "checks.json").write_text('{"format": 1, "exercises": [{}]}')
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert done.returncode == 2
    assert "checks.json is not a file of checks" in done.stderr
    assert "take checks.json from the exercises' folder again" in done.stderr


def test_checks_of_a_later_format_are_refused(run, folder):
    checks = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    (folder / "checks.json").write_text(json.dumps({**checks, "format": 2}))
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert done.returncode == 2
    assert "has format 2, this grader reads 1" in done.stderr


def test_the_exercises_hold_no_solution_and_the_checks_no_code(course):
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "exercises").iterdir()}
    for exercise in course.exercises:
        reference = exercise.reference_path.read_text(encoding="utf-8")
        blocks = reference.split("# BEGIN SOLUTION\n")[1:]
        solution = {
            line.strip() for block in blocks for line in block.split("# END")[0].splitlines()
        }
        own = {name: text for name, text in texts.items() if name.startswith(exercise.slug)}
        for name, text in {**own, "checks.json": texts["checks.json"]}.items():
            kept = {line.strip(' ",\\n') for line in text.splitlines()}
            assert not {line for line in solution if len(line) > 12} & kept, name
    assert "import" not in texts["checks.json"]
