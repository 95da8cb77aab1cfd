"""A rubric: points by mistake, for the whole class at once, on every run."""

import csv
import io

import msgspec
import pytest

from grader.errors import UsageError
from grader.grade.rubric import points_in, rubric_csv, with_rubric
from grader.judge.scoring import with_points
from grader.model import Misconception, SubmissionResult, Verdict
from grader.plan import Rules
from tests.support.course import planned
from tests.support.results import counts, lines_of
from tests.support.submissions import SOFTMAX, write_class

MISTAKE = "no_normalisation"


@pytest.fixture(scope="module")
def plan():
    return planned(mistakes=True)


@pytest.fixture
def with_rows(plan, tmp_path):
    """The plan with a rubric of these lines."""

    def made(*lines, headings="function,mistake,points"):
        path = tmp_path / "rubric.csv"
        path.write_text("\n".join([headings, *lines]) + "\n", encoding="utf-8")
        return with_rubric(plan, path)

    return made


def a_mistake_of(plan, function):
    return plan.functions[function].mistakes[0].id


def test_points_are_given_for_listed_mistakes_and_patterns(plan, with_rows):
    mistake = a_mistake_of(plan, "softmax")
    made = with_rows(f"softmax,{mistake},4", "softmax,sign,6.5", f"softmax,{mistake},4", ",,")
    assert made.rules.rubric == {"softmax": {mistake: 4, "sign": 6.5}}
    assert msgspec.structs.replace(made, rules=plan.rules) == plan


def test_rows_without_points_and_other_columns_change_nothing(plan, with_rows):
    made = with_rows(
        "softmax,sign,,3,12", headings="function,mistake,points,learners,lost"
    )  # fmt: skip
    assert made == plan


def test_what_is_not_graded_now_is_left_out(plan, tmp_path):
    path = tmp_path / "rubric.csv"
    path.write_text("function,mistake,points\nsoftmax,sign,4\n")
    only_third = msgspec.structs.replace(plan, exercises=plan.exercises[2:3])
    assert with_rubric(only_third, path).rules.rubric == {}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("softmaks,sign,1", "line 2: no function is called 'softmaks'"),
        ("softmax,sings,1", "line 2: no mistake of softmax is called 'sings'; see `grader rubric`"),
        ("softmax,sign,13", "line 2: '13' is no number between 0 and the 12 points of softmax"),
        ("softmax,sign,-1", "line 2: '-1' is no number between 0 and"),
        ("softmax,sign,half", "line 2: 'half' is no number between 0 and"),
        ("softmax,sign,nan", "line 2: 'nan' is no number between 0 and"),
        ("softmax,sign,1\nsoftmax,sign,2", "line 3: sign has other points in an earlier line"),
    ],
)
def test_what_cannot_be_applied_is_an_error_that_names_the_line(with_rows, line, why):
    with pytest.raises(UsageError, match=f"rubric.csv, {why}"):
        with_rows(line)


def test_a_missing_column_is_named(with_rows):
    with pytest.raises(UsageError, match="line 1: the column mistake is missing"):
        with_rows(headings="function,id,points")


def result_with(plan, matches, *, named=None, student="ada"):
    """The result of a learner whose softmax is wrong in every check and matches these mistakes."""
    from grader.judge.judge import check_result, result_of

    function = plan.functions["softmax"]
    checks = [check_result(check, Verdict.WRONG_VALUE, "no") for check in function.checks]
    result = result_of(plan.exercises[0], function, checks, 0.0, Verdict.WRONG_VALUE, "no")
    misconception = named and Misconception(named, "What do the columns\nsum to?", "so it is")
    result = msgspec.structs.replace(result, matches=matches, misconception=misconception)
    result = with_points(result, function, plan.rules)
    return SubmissionResult(1, student, (), result.score, 12, "none", {}, (), (result,))


def test_the_rubric_to_start_from_has_every_mistake_and_what_it_cost(plan, tmp_path):
    mistake = a_mistake_of(plan, "softmax")
    # Without what the course itself says that mistakes are worth.
    plan = msgspec.structs.replace(plan, rules=Rules())
    results = [
        result_with(plan, (mistake,), named=mistake),
        result_with(plan, (mistake, "sign"), named=mistake, student="bela"),
        result_with(plan, ()),
    ]
    text = rubric_csv(results)
    headings, *rows = csv.reader(io.StringIO(text))
    assert headings == ["function", "mistake", "points", "learners", "lost", "message"]
    says = "What do the columns sum to?"
    assert rows == [
        ["softmax", mistake, "", "2", "24", says],
        ["softmax", "sign", "", "1", "12", ""],
    ]
    # As it stands it changes nothing; with points it does.
    path = tmp_path / "rubric.csv"
    path.write_text(text, encoding="utf-8")
    assert with_rubric(plan, path) == plan
    path.write_text(text.replace(f"{mistake},,", f"{mistake},7,"), encoding="utf-8")
    again = rubric_csv(results, points_in(path))
    assert again == text.replace(f"{mistake},,", f"{mistake},7,")
    assert rubric_csv([], points_in(path)).splitlines()[1] == f"softmax,{mistake},7,0,0,"
    given = result_with(with_rubric(plan, path), (mistake, "sign"))
    (function,) = given.functions
    assert function.score == 7
    assert "gets 7 by the rubric of this class (without it: 0)" in function.how


NEGATED = SOFTMAX.replace("return E /", "return -E /")
BOTH = SOFTMAX.replace("return E /", "return -2 * E /")


def test_a_slip_is_worth_half_and_a_rubric_says_otherwise_without_grading_again(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada", source=NEGATED)
    write_class(folder, "bela")
    write_class(folder, "chidi", source="import numpy as np\ndef softmax(Z): return Z * 0 - 1.0\n")
    out = tmp_path / "out"
    grade = ("grade", folder, "--out", out, "--exercise", "ex01_softmax")
    run(*grade)
    ada, bela, chidi = (line["functions"][0] for line in lines_of(out / "results.jsonl"))
    assert (ada["score"], ada["how"]) == (
        6, "this mistake is worth 50% of the points (its checks: 0)"
    )  # fmt: skip
    assert "sign" in ada["matches"]
    assert (bela["score"], bela["matches"]) == (12, [])
    # What is the same whatever comes in is worth nothing.
    assert (chidi["score"], chidi["matches"]) == (0, [])

    done = run("rubric", out, "--out", out / "rubric.csv")
    assert done.stdout == f"{out / 'rubric.csv'}\n"
    text = (out / "rubric.csv").read_text(encoding="utf-8")
    (of_sign,) = [row for row in text.splitlines() if row.startswith("softmax,sign,")]
    assert of_sign.startswith("softmax,sign,,1,6,")
    assert "sign" in of_sign.removeprefix("softmax,sign,,1,6,")
    (out / "rubric.csv").write_text(text.replace("softmax,sign,", "softmax,sign,8"), "utf-8")
    done = run(*grade)
    assert counts(done) == (0, 0, 3)
    assert "ada: softmax 6 -> 8 (+2)" in done.stdout
    (ada,) = (line["functions"][0] for line in lines_of(out / "results.jsonl")[:1])
    assert ada["how"] == (
        "everybody who made this mistake gets 8 by the rubric of this class (without it: 6)"
    )
    page = (out / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert ada["how"] in page
    # It counts on every run, also for who comes later; a manual mark counts before it.
    write_class(folder, "dara", source=BOTH)
    write_class(folder, "eve", source=NEGATED)
    (out / "overrides.csv").write_text("student,function,points,reason\nada,softmax,9,ill\n")
    run(*grade)
    scores = {line["student"]: line["score"] for line in lines_of(out / "results.jsonl")}
    assert scores == {"ada": 9, "bela": 12, "chidi": 0, "dara": 6, "eve": 8}
    (out / "rubric.csv").write_text("function,mistake,points\nsoftmax,sings,8\n")
    done = run(*grade)
    assert done.returncode == 2
    assert "rubric.csv, line 2: no mistake of softmax is called 'sings'" in done.stderr


@pytest.mark.parametrize("name", ["grade", "rubric"])
def test_the_rubric_of_a_folder_that_is_none_is_an_error(run, tmp_path, name):
    (tmp_path / "rubric.csv").write_text("function,mistake\n")
    ada = tmp_path / "ada.py"
    ada.write_text(SOFTMAX)
    rubric = tmp_path / "rubric.csv"
    command = {
        "grade": ("grade", ada, "--out", tmp_path / "out", "--rubric", rubric),
        "rubric": ("rubric", tmp_path),
    }[name]
    done = run(*command)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "the column points is missing" in done.stderr or "results.jsonl" in done.stderr
