"""Manual marks: they stand in every report, survive every regrade, and are named when they fail."""

import csv
import io

import pytest

from grader.course.planning import plan_of
from grader.engine.lane import Lane
from grader.errors import UsageError
from grader.grade.fingerprints import prices_of
from grader.grade.grader import Grader
from grader.grade.overrides import apply_marks, read_marks
from grader.model import Submission
from grader.results.rows import EncodedResult
from grader.results.store import Store
from tests.support.course import ROOT
from tests.support.results import counts, lines_of
from tests.support.submissions import SOFTMAX, write_class

HEADER = "student,function,points,reason\n"


@pytest.fixture
def grade_softmax_of(run, tmp_path):
    """Grade ada, bela and =1+1 for softmax with these manual marks in the folder of results."""
    folder = write_class(tmp_path / "class", "ada", "bela", "=1+1")

    def graded(marks, *options, encoding="utf-8"):
        (tmp_path / "out").mkdir(exist_ok=True)
        if marks is not None:
            (tmp_path / "out" / "overrides.csv").write_text(marks, encoding=encoding)
        one = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions")
        return run("grade", folder, "--out", tmp_path / "out", *one, *options)

    return graded


def results_in(out):
    return {result["student"]: result for result in lines_of(out / "results.jsonl")}


def test_a_mark_stands_in_every_report_as_an_override(grade_softmax_of, tmp_path):
    done = grade_softmax_of(HEADER + 'ada,softmax,7.5,"late, but ill"\n')
    assert done.returncode == 0, done.stderr
    results = results_in(tmp_path / "out")
    (function,) = results["ada"]["functions"]
    told = {"points": 7.5, "reason": "late, but ill", "graded": 12, "mark": ""}
    assert function["override"] == told
    assert (function["score"], results["ada"]["score"]) == (7.5, 7.5)
    assert function["verdict"] == "passed"
    assert results["bela"]["functions"][0]["override"] is None
    assert "override: ada: softmax 7.5 (graded: 12): late, but ill" in done.stdout
    rows = list(csv.reader((tmp_path / "out" / "gradebook.csv").read_text().splitlines()))
    assert rows[0] == ["student", "ex01_softmax", "total", "overrides"]
    assert rows[2:] == [["ada", "7.5", "7.5", "softmax"], ["bela", "12", "12", ""]]


def test_a_mark_survives_a_regrade_and_is_gone_when_its_line_is(grade_softmax_of, tmp_path):
    grade_softmax_of(HEADER + "ada,softmax,7,\n")
    assert counts(grade_softmax_of(None, "--regrade"))[0] == 3
    assert results_in(tmp_path / "out")["ada"]["score"] == 7
    done = grade_softmax_of(HEADER)
    assert counts(done) == (0, 0, 3)
    assert "ada: softmax 7 -> 12 (+5)" in done.stdout
    assert results_in(tmp_path / "out")["ada"]["score"] == 12


def test_points_that_a_mark_moves_are_told_as_such(grade_softmax_of, tmp_path):
    grade_softmax_of(None)
    done = grade_softmax_of(HEADER + "ada,softmax,7,\n")
    assert "ada: softmax 12 -> 7 (-5, override)" in done.stdout
    changes = (tmp_path / "out" / "changes.csv").read_text().splitlines()
    assert changes == [
        "student,exercise,function,before,after,override",
        "ada,ex01_softmax,softmax,12,7,yes",
    ]


def test_another_file_of_marks_can_be_named(grade_softmax_of, tmp_path):
    (tmp_path / "mine.csv").write_text(HEADER + "ada,softmax,1,\n")
    grade_softmax_of(HEADER + "ada,softmax,2,\n", "--overrides", tmp_path / "mine.csv")
    assert results_in(tmp_path / "out")["ada"]["score"] == 1
    done = grade_softmax_of(None, "--overrides", tmp_path / "nowhere.csv")
    assert done.returncode == 2
    assert "nowhere.csv cannot be read: No such file" in done.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_name_is_taken_as_the_gradebook_writes_it(grade_softmax_of, tmp_path, encoding):
    done = grade_softmax_of(HEADER + "'=1+1,softmax,3,é\n", encoding=encoding)
    assert results_in(tmp_path / "out")["=1+1"]["score"] == 3
    assert "not applied" not in done.stderr


def test_what_cannot_be_applied_is_named(grade_softmax_of, tmp_path):
    refused = {
        "zoe,softmax,1,": "no submission of zoe is in this run, and no roster names them",
        "ada,softmaxx,1,": "no function or exercise is called 'softmaxx'; for"
        " everything, write total",
        "ada,cross_entropy,1,": "the exercise of cross_entropy is not in this run",
        "ada,ex02_jacobian,1,": "ex02_jacobian is not in this run",
        "ada,softmax,12.5,": "12.5 points are more than the 12 of softmax; if that is meant, add a"
        " column above_max and write yes",
    }
    done = grade_softmax_of(HEADER + "\n".join([*refused, "bela,softmax,2,"]))
    assert done.returncode == 0
    for line, why in enumerate(refused.values(), start=2):
        assert f"overrides.csv, line {line} is not applied: {why}\n" in done.stderr
    scores = {name: result["score"] for name, result in results_in(tmp_path / "out").items()}
    assert scores == {"ada": 12, "bela": 2, "=1+1": 12}


@pytest.mark.parametrize(
    ("written", "counts"),
    [("+1", 11), ("-1.5", 8.5), ("-10%", 9), ("+10%", 11), ("+5", 12), ("-20", 0), ("'+1", 11)],
)
def test_points_can_be_added_or_taken_off(grade_softmax_of, tmp_path, written, counts):
    grade_softmax_of(HEADER + "ada,softmax,10,\n" + f"ada,ex01_softmax,{written},late\n")
    result = results_in(tmp_path / "out")["ada"]
    assert result["score"] == counts
    assert result["overrides"]["ex01_softmax"] == {
        "points": counts,
        "reason": "late",
        "graded": 10,
        "mark": written.removeprefix("'"),
    }


def test_marks_for_functions_come_before_those_for_exercises_and_these_before_the_total(
    grade_softmax_of, tmp_path
):
    marks = "ada,total,-50%,\nada,ex01_softmax,+1,\nada,softmax,7,\n"
    done = grade_softmax_of(HEADER + marks)
    assert "override: ada: total 4 (graded: 8, -50%)" in done.stdout
    assert results_in(tmp_path / "out")["ada"]["score"] == 4
    rows = list(csv.reader((tmp_path / "out" / "gradebook.csv").read_text().splitlines()))
    assert rows[2] == ["ada", "8", "4", "softmax ex01_softmax total"]
    page = (tmp_path / "out" / "feedback" / "ada.html").read_text()
    assert "4 points were given by hand for everything together (-50%)" in page


def test_more_than_the_maximum_is_given_where_the_file_says_so(grade_softmax_of, tmp_path):
    header = "student,function,points,reason,above_max\n"
    grade_softmax_of(header + "ada,total,+3,,yes\nbela,softmax,13,,yes\n=1+1,total,+3,,no\n")
    scores = {name: result["score"] for name, result in results_in(tmp_path / "out").items()}
    assert scores == {"ada": 15, "bela": 13, "=1+1": 12}


def test_a_mark_for_everything_that_comes_or_goes_is_told_as_a_change(grade_softmax_of, tmp_path):
    changes = tmp_path / "out" / "changes.csv"
    grade_softmax_of(None)
    done = grade_softmax_of(HEADER + "ada,total,-2,\n")
    assert "ada: total 12 -> 10 (-2, override)" in done.stdout
    assert changes.read_text().splitlines()[1:] == ["ada,total,,12,10,yes"]
    assert "->" not in grade_softmax_of(None).stdout
    done = grade_softmax_of(HEADER)
    assert "ada: total 10 -> 12 (+2)" in done.stdout
    assert changes.read_text().splitlines()[1:] == ["ada,total,,10,12,"]


def test_a_comment_in_the_lms_says_what_was_given_by_hand(grade_softmax_of, run, tmp_path):
    grade_softmax_of(HEADER + "ada,total,-50%,late\nbela,total,5,\n")
    comments = ("--columns", "student,score,comment", "--out", tmp_path / "comments.csv")
    assert run("export", "csv", tmp_path / "out", *comments).returncode == 0
    rows = {
        row[0]: row[1:] for row in csv.reader(io.StringIO((tmp_path / "comments.csv").read_text()))
    }
    assert rows["ada"] == ["6", "All right.\n6 points for total were given by hand: late"]
    assert rows["bela"] == ["5", "All right.\n5 points for total were given by hand."]


def test_somebody_of_the_roster_who_handed_in_nothing_can_be_given_points(
    grade_softmax_of, tmp_path
):
    (tmp_path / "roster.csv").write_text("id,name\nada,Ada\nzoe,Zoe\nmia,Mia\n")
    roster = ("--roster", tmp_path / "roster.csv")
    done = grade_softmax_of(HEADER + "zoe,total,9,oral exam\n", *roster)
    assert "1 learner handed in nothing: Mia (mia)" in done.stdout
    results = results_in(tmp_path / "out")
    assert results["zoe"]["score"] == 9
    assert "mia" not in results
    people = (tmp_path / "out" / "people.csv").read_text().splitlines()
    assert {"mia,Mia,,mia,,,,,,no", "zoe,Zoe,,zoe,,,,,,no"} <= {*people}


def test_of_two_marks_for_one_function_neither_is_applied(grade_softmax_of, tmp_path):
    done = grade_softmax_of(HEADER + "ada,softmax,1,\n\nada,softmax,2,\n")
    for line in (2, 4):
        said = f"line {line} is not applied: there is more than one line for ada's softmax; keep"
        assert said in done.stderr
    assert results_in(tmp_path / "out")["ada"]["score"] == 12


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "student,function\n",
            "line 1: the first line must name the columns student,func",
        ),
        ("ada,softmax,1,x\n", "line 1: the first line must name the columns"),
        (
            HEADER + "ada,softmax,1,late, ill\n",
            "line 2: it has 5 cells and the first row 4;",
        ),
        (HEADER + "\nada,softmax,one,x\n", "line 3: the points 'one' cannot be read; write points"),
        (HEADER + "ada,softmax,nan,x\n", "line 2: the points 'nan' cannot be read"),
        (HEADER + "ada,softmax,50%,x\n", "line 2: the points '50%' cannot be read"),
        (
            "student,function,points,reason,above_max\nada,softmax,1,,maybe\n",
            "line 2: above_max is 'maybe'; write yes or no",
        ),
        (HEADER + 'ada,softmax,1,"x\n', "line 2: a double quote is opened and not closed"),
    ],
)
def test_a_malformed_file_is_told_of_with_its_line(tmp_path, text, said):
    (tmp_path / "overrides.csv").write_text(text)
    with pytest.raises(UsageError) as caught:
        read_marks(tmp_path / "overrides.csv")
    assert str(caught.value).startswith(f"{tmp_path / 'overrides.csv'}, {said}")


def test_a_file_that_cannot_be_read_is_refused_before_anything_is_graded(
    grade_softmax_of, tmp_path
):
    done = grade_softmax_of(HEADER + "ada,softmax,1,é\n", encoding="latin-1")
    assert done.returncode == 2
    assert "overrides.csv, line 2: it is not UTF-8; save it as CSV UTF-8" in done.stderr
    assert not (tmp_path / "out" / "results.sqlite").exists()


def test_a_function_that_the_grader_failed_on_can_be_given_points(course, tmp_path):
    plan = plan_of(course, only=("ex01_softmax",))
    failure = Grader(plan, Lane()).failure(Submission("ada"), "it broke")
    (tmp_path / "overrides.csv").write_text(HEADER + "ada,softmax,5,seen by hand\n")
    with Store(tmp_path) as store:
        store.begin(plan, b"", prices_of(plan), regrade=False)
        store.keep([("ada", EncodedResult.of(failure))])
        assert apply_marks(read_marks(tmp_path / "overrides.csv"), store, plan) == []
        (result,) = store.results()
    assert (result.score, result.failed) == (5, False)
    assert result.functions[0].override.graded is None


def test_who_was_late_stands_in_the_gradebook_and_the_exports(run, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for name in ("lovelaceada_LATE_11_501_ex01_softmax.py", "bartokbela_12_502_ex01_softmax.py"):
        (folder / name).write_text(SOFTMAX)
    out = tmp_path / "out"
    run("grade", folder, "--from", "canvas", "--out", out, "--exercise", "ex01_softmax")
    rows = list(csv.DictReader(io.StringIO((out / "gradebook.csv").read_text())))
    assert {row["student"]: row["late"] for row in rows} == {
        "lovelaceada_11": "yes",
        "bartokbela_12": "",
    }
    run("export", "csv", out, "--columns", "student,late", "--out", tmp_path / "late.csv")
    assert (tmp_path / "late.csv").read_text().splitlines() == [
        "student,late",
        "bartokbela_12,",
        "lovelaceada_11,yes",
    ]
