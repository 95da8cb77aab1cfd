"""The course proves itself, and a broken course is answered with the file and the remedy."""

import json
import logging
import shutil
from pathlib import Path

import pytest

from grader.audit import audited
from grader.build import is_made
from grader.catalog import course_of
from grader.errors import CourseError, UsageError
from grader.grading import Grader
from grader.plan import plan_from_json, plan_json
from grader.planning import plan_of
from grader.proof import graded_variants, problems_of
from grader.variants import variants_in
from tests.support.course import ROOT


def problems(root: Path) -> list[str]:
    return problems_of(course_of(root / "solutions"), root / "exercises", step=lambda _: None)


@pytest.fixture
def copy(tmp_path):
    """The course's first exercise alone, to be broken."""
    shutil.copytree(ROOT / "solutions" / "ex01_softmax", tmp_path / "solutions" / "ex01_softmax")
    described = (ROOT / "solutions" / "course.toml").read_text(encoding="utf-8")
    first, second = described.split("[[exercise]]")[:2]
    (tmp_path / "solutions" / "course.toml").write_text(f"{first}[[exercise]]{second}")
    from grader.build import built_files, write_files

    write_files(built_files(course_of(tmp_path / "solutions")), tmp_path / "exercises")
    return tmp_path


def edit(copy, name, old, new):
    path = copy / "solutions" / "ex01_softmax" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_course_is_proved_keeps_the_rules_and_each_of_its_mistakes_is_named(
    course, lane, caplog
):
    """Both look at the same results: a second for each of the listed ways would take a minute."""
    grader = Grader(plan_of(course, seed=0, mistakes=True), lane)
    results = {}

    def graded(exercise, filename, _grader):
        key = exercise.slug, filename
        if key not in results:
            results[key] = graded_variants(exercise, filename, grader)
        return results[key]

    with caplog.at_level(logging.ERROR):
        step = [].append
        assert problems_of(course, ROOT / "exercises", step=step, graded=graded) == []
        audit = audited(course, graded=graded)
    assert audit.broken == ()
    assert [f.function for f in audit.functions if f.alike or f.confused or f.unnamed] == []
    assert not caplog.records
    assert len(audit.functions) == sum(len(e.functions) for e in course.exercises)
    assert all(check.killed for check in audit.checks)


def test_a_course_is_proved_by_a_command(run, copy):
    done = run("build", "--check", cwd=copy)
    assert done.returncode == 0, done.stdout
    assert "solutions: proved (1 exercise)" in done.stdout


def test_a_copy_of_one_exercise_is_proved_too(copy):
    assert problems(copy) == []


def test_a_wrong_reference_is_found_by_the_alternatives(copy):
    edit(copy, "reference.py", "    return exponentials / ", "    return 1.001 * exponentials / ")
    assert any("softmax__" in p and "alternatives.py" in p for p in problems(copy))


def test_a_solution_without_markers_is_never_written_to_the_exercises(run, copy):
    edit(copy, "reference.py", "    # BEGIN SOLUTION\n", "")
    edit(copy, "reference.py", "    # END SOLUTION\n", "")
    before = (copy / "exercises" / "ex01_softmax.py").read_text(encoding="utf-8")
    for arguments in (["build"], ["build", "--check"]):
        done = run(*arguments, cwd=copy)
        assert done.returncode == 2
        assert "put the markers around it" in done.stderr
    assert (copy / "exercises" / "ex01_softmax.py").read_text(encoding="utf-8") == before


def test_a_cell_that_only_works_with_the_solution_is_found(copy):
    hint = '# %% [markdown] tags=["hint-softmax"]'
    edit(copy, "reference.py", hint, f"# %%\nsoftmax(np.zeros((2, 1)))\n\n{hint}")
    assert any("templates do not load: ex01_softmax.py" in p for p in problems(copy))


def test_an_alternative_that_is_wrong_is_named(copy):
    with (copy / "solutions/ex01_softmax/alternatives.py").open("a") as file:
        file.write('\n\ndef softmax__bad(Z):\n    """Wrong."""\n    return Z\n')
    assert any("softmax__bad gets 0.0 of 12.0 points" in p for p in problems(copy))


def test_a_mistake_that_is_right_and_one_that_says_nothing_are_named(copy):
    with (copy / "solutions/ex01_softmax/mistakes.py").open("a") as file:
        file.write('\n\ndef softmax__fine(Z):\n    """Right."""\n    E = np.exp(Z - Z.max(0))\n')
        file.write("    return E / E.sum(0)\n")
    assert any("softmax__fine gets full points" in p for p in problems(copy))


def test_a_check_that_no_mistake_loses_is_named(copy):
    path = copy / "solutions" / "ex01_softmax" / "mistakes.py"
    path.write_text('def softmax__a(Z):\n    """You return Z."""\n    return Z\n')
    found = problems(copy)
    assert any(
        "no mistake loses leaves_its_argument of softmax; drop the check" in p for p in found
    )
    assert not any("no mistake loses one_two_three" in p for p in found)


def test_a_check_that_zeros_or_ones_pass_is_named(copy):
    edit(
        copy,
        "checks.py",
        "@softmax.value(weight=2)\ndef any_batch",
        '''
@softmax.value(weight=20)
def easy() -> Calls:
    """One class."""
    yield call(np.zeros((1, 2)))


@softmax.value(weight=2)
def any_batch''',
    )
    assert any("an answer of ones earns" in p and "(easy" in p for p in problems(copy))


def test_a_public_check_that_draws_its_inputs_is_named(copy):
    edit(
        copy,
        "checks.py",
        "@softmax.value(weight=2)\ndef any_batch",
        "@softmax.value(public=True)\ndef any_batch",
    )
    assert any("a public check of softmax draws its inputs" in p for p in problems(copy))


def test_exercises_that_are_not_what_the_course_makes_are_named(copy):
    (copy / "exercises" / "stray.py").write_text("x")
    (copy / "exercises" / "README.md").unlink()
    (copy / "exercises" / "ex01_softmax.py").write_text("x")
    checks = json.loads((copy / "exercises" / "checks.json").read_text())
    checks["exercises"][0]["functions"][0]["calls"][0]["expected"]["array"][0][0] += 1e-9
    (copy / "exercises" / "checks.json").write_text(json.dumps(checks))
    found = "\n".join(problems(copy))
    assert "stray.py: not made by `grader build`; delete it" in found
    assert "README.md is missing; run `grader build`" in found
    assert "ex01_softmax.py is not what solutions/ makes" in found
    assert "checks.json is not what solutions/ makes" in found


def rounded(softmax):
    """What another processor may make of a function of a file of checks."""
    softmax["calls"][0]["expected"]["array"][0][0] += 1e-16
    nearly_right = mistake(softmax, "float32_inside")["answers"]
    nearly_right["0"]["value"]["array"][0][0] += 1e-8
    del nearly_right["1"]


def mistake(function, name):
    return next(mistake for mistake in function["mistakes"] if mistake["id"] == name)


def test_numbers_that_differ_by_rounding_are_the_same_exercises(run, copy):
    path = copy / "exercises" / "checks.json"
    checks = json.loads(path.read_text())
    rounded(checks["exercises"][0]["functions"][0])
    path.write_text(json.dumps(checks))
    assert problems(copy) == []
    assert "0 of 4 files written" in run("build", cwd=copy).stdout


@pytest.mark.parametrize(
    "change",
    [
        lambda softmax: mistake(softmax, "rows_instead_of_columns")["answers"].popitem(),
        lambda softmax: mistake(softmax, "rows_instead_of_columns").update(message="Another."),
        lambda softmax: softmax["mistakes"].pop(),
        lambda softmax: softmax["checks"][0].update(weight=3),
        lambda softmax: softmax.pop("calls"),
        lambda softmax: mistake(softmax, "rows_instead_of_columns")["answers"].update({"999": {}}),
        lambda softmax: mistake(softmax, "rows_instead_of_columns").pop("answers"),
    ],
)
def test_what_differs_by_more_than_rounding_is_not_what_is_made(change):
    text = (ROOT / "exercises" / "checks.json").read_text()
    checks = json.loads(text)
    change(checks["exercises"][0]["functions"][0])
    assert not is_made("checks.json", json.dumps(checks), text)
    assert is_made("checks.json", json.dumps(json.loads(text)), text)


def test_a_failed_proof_is_exit_code_1_and_names_the_file(run, copy):
    (copy / "exercises" / "stray.py").write_text("x")
    done = run("build", "--check", cwd=copy)
    assert done.returncode == 1
    assert "stray.py" in done.stdout


def test_build_writes_what_differs_and_names_strays(run, copy):
    (copy / "exercises" / "stray.py").write_text("x")
    (copy / "exercises" / "README.md").unlink()
    done = run("build", cwd=copy)
    assert "1 of 4 files written: README.md" in done.stdout
    assert "stray.py is not made by this command" in done.stderr


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "checks.py",
            "def two_examples",
            "def one_two_three",
            "two checks of softmax are named 'one_two_three'",
        ),
        ("checks.py", "# What a first try", "1 / 0\n# What a first try", "could not be imported"),
        ("checks.py", "weight=2", "weight=0", "has weight 0; make it positive"),
        ("checks.py", "growth=len(Z) + np.abs(Z).max() + 4", "growth=0", "the growth factor is 0"),
        ("checks.py", "@softmax.terms", "@(lambda f: f)", "softmax has no @softmax.terms"),
        ("checks.py", '    """Z is afterwards what it was before."""\n', "", "has no docstring"),
        (
            "checks.py",
            'FunctionChecks("softmax")',
            'FunctionChecks("soft")',
            "checks for soft, which has no points",
        ),
        (
            "checks.py",
            "yield call(np.array([[1.0], [2.0], [3.0]]))",
            "yield call(object())",
            "cannot be sent",
        ),
        (
            "checks.py",
            "yield call(np.array([[1.0], [2.0], [3.0]]))",
            "yield from ()",
            "it makes no call",
        ),
        (
            "checks.py",
            "yield call(np.array([[1.0], [2.0], [3.0]]))",
            "yield 1 / 0",
            "making its inputs raised",
        ),
        (
            "checks.py",
            "yield call(np.array([[1.0], [2.0], [3.0]]))",
            "yield call(1)",
            "the reference or its terms raised",
        ),
        (
            "checks.py",
            "@softmax.value(weight=2)\ndef any_batch",
            "@softmax.value(parts=('dW',))\ndef any_batch",
            "the answer has no part 'dW'",
        ),
        (
            "checks.py",
            "def any_batch(rng: Rng)",
            "def any_batch(rng: Rng, seed: int)",
            "it takes seed; only rng and memory_bytes can be had",
        ),
        (
            "reference.py",
            "def softmax(",
            "def soft(",
            "no function softmax; course.toml asks for it",
        ),
        ("reference.py", '"hint-softmax"', '"no-hint"', "0 cells carry the tag 'hint-softmax'"),
        ("reference.py", "# # Exercise 1", "# Exercise 1", "no title"),
        ("reference.py", "import numpy as np", "import nonsense", "could not be imported"),
    ],
)
def test_a_course_authors_slip_names_the_file_and_the_remedy(copy, name, old, new, said):
    edit(copy, name, old, new)
    with pytest.raises(CourseError, match="ex01_softmax/" + name.replace(".", r"\.")) as caught:
        plan_of(course_of(copy / "solutions"), seed=0)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("follow_through = 0.5", "follow_through = 2", "between 0 and 1"),
        ("softmax = 12", "softmax = 0", "give it more than 0"),
        ("[limits]", "[limit]", "unknown field `limit`"),
        ("title =", "title", "Expected '='"),
        ('slug = "ex01_softmax"', 'slug = "ex01-softmax"', "cannot be a Python module's name"),
        ("points = {", "points = { nothing = 1,", "no function nothing"),
    ],
)
def test_a_slip_in_course_toml_is_named(copy, old, new, said):
    path = copy / "solutions" / "course.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(CourseError) as caught:
        course_of(copy / "solutions")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "def softmax__a(Z):\n    'x'\ndef softmax__a(Z):\n    'x'\n",
            "two functions are called softmax__a",
        ),
        ("def softmax_a(Z): return Z\n", "softmax_a is neither FUNCTION__ID nor a helper"),
        ("def relu__a(Z):\n    'x'\n", "relu__a: relu is no function of this exercise"),
        ("def softmax__a(:\n", "line 1"),
        (None, "is missing"),
    ],
)
def test_a_slip_in_mistakes_is_named(copy, text, said):
    path = copy / "solutions" / "ex01_softmax" / "mistakes.py"
    path.unlink() if text is None else path.write_text(text)
    (exercise,) = course_of(copy / "solutions").exercises
    with pytest.raises(CourseError, match=said):
        variants_in(exercise, "mistakes.py")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    # END SOLUTION\n", "", "without # END SOLUTION"),
        ("    # BEGIN SOLUTION\n", "", "without # BEGIN SOLUTION"),
        (
            "    # END SOLUTION\n",
            "    # BEGIN SOLUTION\n    # END SOLUTION\n",
            "inside of a solution",
        ),
    ],
)
def test_unpaired_markers_are_named(copy, old, new, said):
    from grader.build import built_files

    edit(copy, "reference.py", old, new)
    with pytest.raises(CourseError, match=said):
        built_files(course_of(copy / "solutions"))


def test_a_folder_that_is_no_course_says_how_to_name_one(tmp_path):
    with pytest.raises(UsageError, match="name a course with --course"):
        course_of(tmp_path)


def test_an_exercise_that_the_course_does_not_have_is_refused(course):
    with pytest.raises(UsageError, match="no exercise is called 'ex99'; there are: ex01_softmax"):
        plan_of(course, seed=0, only=("ex99",))


def test_a_plan_survives_json(course):
    plan = plan_of(course, seed=0, hidden=False)
    assert plan_from_json(plan_json(plan), "here") == plan


def test_about_a_quarter_of_the_checks_are_public(plan):
    checks = [c for e in plan.exercises for f in e.functions for c in f.checks]
    assert 0.2 <= sum(not c.hidden for c in checks) / len(checks) <= 0.4


def test_the_notebooks_are_valid_and_their_cells_have_stable_ids(course):
    import nbformat

    for exercise in course.exercises:
        text = (ROOT / "exercises" / f"{exercise.slug}.ipynb").read_text(encoding="utf-8")
        document = nbformat.reads(text, as_version=4)
        nbformat.validate(document)
        ids = [cell.id for cell in document.cells]
        assert len(set(ids)) == len(ids)
        assert set(ids) >= {function.name for function in exercise.functions}
