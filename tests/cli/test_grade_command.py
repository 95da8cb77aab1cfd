"""`grader grade`, as a user runs it."""

import csv

import pytest

from grader.course.handout import script
from tests.support.course import ROOT, planned
from tests.support.results import lines_of
from tests.support.submissions import SOFTMAX


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory, course):
    """Four learners: all right, a mistake, a formula for a name, and a file that does not load."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "ada").mkdir()
    for exercise in course.exercises:
        (folder / "ada" / f"{exercise.slug}.py").write_text(script(exercise, solved=True))
    (folder / "bela.py").write_text("import numpy as np\ndef softmax(Z): return np.exp(Z)")
    (folder / "=1+1.py").write_text(SOFTMAX)
    (folder / "chidi.py").write_text("def softmax(:")
    return folder


def test_a_folder_becomes_a_gradebook_and_lines_of_json(run_command, class_folder, tmp_path, plan):
    planned(mistakes=True)
    out = tmp_path / "results"
    done = run_command("grade", class_folder, "--out", out, "--course", ROOT / "solutions")
    assert done.returncode == 0, done.stderr
    results = lines_of(tmp_path / "results" / "results.jsonl")
    assert [r["student"] for r in results] == ["=1+1", "ada", "bela", "chidi"]
    ada = results[1]
    assert (ada["format"], ada["score"], ada["max_score"]) == (
        1,
        ada["max_score"],
        ada["max_score"],
    )
    assert ada["isolation"] == "none"
    assert set(ada["functions"][0]) == {
        "exercise",
        "function",
        "score",
        "max_score",
        "verdict",
        "message",
        "misconception",
        "checks",
        "override",
        "judged_with",
        "own",
        "otherwise",
        "matches",
        "how",
        "grid",
    }
    assert set(ada["functions"][0]["checks"][0]) == {
        "name",
        "kind",
        "hidden",
        "weight",
        "verdict",
        "message",
        "same_as",
        "call",
    }
    rows = list(
        csv.reader((tmp_path / "results" / "gradebook.csv").read_text("utf-8").splitlines())
    )
    slugs = [exercise.slug for exercise in plan.exercises]
    assert rows[0] == ["student", *slugs, "total"]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "ada", "bela", "chidi"]
    assert float(rows[2][-1]) == ada["max_score"]


@pytest.mark.slow
def test_results_do_not_depend_on_the_number_of_jobs(run, class_folder, tmp_path):
    for jobs in (1, 2):
        done = run(
            "grade",
            class_folder,
            "--out",
            tmp_path / str(jobs),
            "--jobs",
            jobs,
            "--course",
            ROOT / "solutions",
            *("--exercise", "ex01_softmax", "--exercise", "ex02_jacobian"),
        )
        assert done.returncode == 0, done.stderr
    one, two = (lines_of(tmp_path / n / "results.jsonl") for n in ("1", "2"))
    assert one == two


def test_one_file_and_one_exercise_can_be_graded(run, class_folder, tmp_path):
    done = run(
        "grade",
        class_folder / "bela.py",
        "--out",
        tmp_path,
        "--exercise",
        "ex01_softmax",
        "--course",
        ROOT / "solutions",
    )
    assert done.returncode == 0, done.stderr
    (result,) = lines_of(tmp_path / "results.jsonl")
    assert result["max_score"] == 12
    assert (tmp_path / "gradebook.csv").read_text().splitlines()[0] == "student,ex01_softmax,total"


def test_a_folder_of_exercises_is_one_submission_and_strays_are_named(run, course, tmp_path):
    home = tmp_path / "ada"
    home.mkdir()
    for exercise in course.exercises:
        (home / f"{exercise.slug}.py").write_text(script(exercise, solved=True), encoding="utf-8")
    (home / "notes.txt").write_text("x")
    planned(mistakes=True)
    out = home / "results"
    done = run("grade", home, "--out", out, "--course", ROOT / "solutions")
    assert done.returncode == 0, done.stderr
    (result,) = lines_of(home / "results" / "results.jsonl")
    assert (result["student"], result["score"]) == ("ada", result["max_score"])
    assert "not a submission (.py, .ipynb, .zip or a folder): notes.txt" in done.stderr


def test_the_summary_says_what_stood_between_the_code_and_the_machine(run, class_folder, tmp_path):
    one = ("--course", ROOT / "solutions", "--exercise", "ex01_softmax")
    done = run("grade", class_folder, "--out", tmp_path, *one)
    assert "isolation: none" in done.stdout
    assert "gradebook.csv" in done.stdout
    assert "graded 4 of 4" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "nowhere", "--out", "r"], "nowhere does not exist; name a folder"),
        (["grade", "{class}", "--out", "{class}/bela.py/x"], "cannot write to"),
        (
            ["grade", "{class}", "--out", "r", "--exercise", "ex99"],
            "choose from ex01_softmax, ex02",
        ),
        (["grade", "{class}", "--out", "r", "--course", "{class}"], "it has no course.toml"),
        (["check", "nowhere.py"], "nowhere.py does not exist"),
        (["check", "{class}"], "there is no exercise file in"),
    ],
)
def test_a_wrong_command_line_is_answered_in_a_sentence(
    run_command, class_folder, tmp_path, arguments, said
):
    filled = [argument.replace("{class}", str(class_folder)) for argument in arguments]
    if "--course" not in filled and filled[0] == "grade":
        filled += ["--course", str(ROOT / "solutions")]
    if "--exercise" not in filled and filled[0] == "grade":
        filled += ["--exercise", "ex01_softmax"]
    done = run_command(*filled, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("grader: ")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_shows_an_example_for_every_command(run_command):
    for command in ("grade", "check", "build", "demo"):
        assert "Example:" in run_command(command, "--help").stdout
    assert "softmax-grader 0" in run_command("--version").stdout
