"""A class in every kind of mess: each hand-in gets what is due; who needs a look is named."""

import html
import re
from urllib.parse import unquote

import pytest

from grader.course.messes import KINDS, ORDINARY
from grader.course.messy import messy_class
from grader.results.attention import REASONS
from grader.results.pages import page_name
from tests.support.course import ROOT, planned
from tests.support.results import lines_of

pytestmark = pytest.mark.slow
STUDENTS = len(KINDS) + 8


@pytest.fixture(scope="module")
def graded(run, tmp_path_factory):
    """The class, graded once: what is due, each one's result, the report."""
    planned(mistakes=True)
    out, course = tmp_path_factory.mktemp("mess"), ROOT / "solutions"
    done = run("demo", "--students", STUDENTS, "--messy", "--out", out, "--course", course)
    assert done.returncode == 0, done.stderr
    results = {one["student"]: one for one in lines_of(out / "results" / "results.jsonl")}
    return results, (out / "results" / "report.html").read_text(encoding="utf-8"), done.stdout


@pytest.fixture(scope="module")
def hand_ins(course):
    return {one.kind: one for one in messy_class(course, students=STUDENTS)}


def result_of(hand_in, results):
    return next(
        one
        for student, one in results.items()
        if student == hand_in.id or student.endswith(f"_{hand_in.canvas_id}")
    )


def listed_in(report):
    """The pages of the learners to look at, by the words of the reason."""
    rows = re.findall(r'(?s)<details class="row concern"[^>]*><summary>(.*?)</details>', report)
    return {
        html.unescape(re.search(r"</span>([^<]+?) ?<", row.partition("</span> ")[2])[1]): {
            unquote(page) for page in re.findall(r'href="feedback/([^"]+)"', row)
        }
        for row in rows
    }


def test_it_is_large_and_every_kind_is_in_it(hand_ins):
    assert STUDENTS >= 90
    assert hand_ins.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_each_hand_in_gets_what_is_due(graded, hand_ins, kind):
    results, _report, _printed = graded
    work = hand_ins[kind].work
    if work.lost is None:
        pytest.skip("what it gets is drawn by lot")
    result = result_of(hand_ins[kind], results)
    short = {f["function"] for f in result["functions"] if f["score"] != f["max_score"]}
    if work.lost == ("*",):
        assert result["score"] == 0
    else:
        assert short == set(work.lost), (result["notes"], result["files"])


def test_whoever_needs_a_look_is_named_with_the_reason_and_nobody_else(graded, hand_ins):
    results, report, _printed = graded
    listed = listed_in(report)
    page_of = {one.kind: page_name(result_of(one, results)["student"]) for one in hand_ins.values()}
    # What is not of a kind of its own is drawn by lot, and may well need a look.
    drawn = {page_name(student) for student in results} - {*page_of.values()}
    drawn.add(page_of[ORDINARY])
    for reason, words in REASONS.items():
        due = {page_of[one.kind] for one in hand_ins.values() if one.work.concern == reason}
        assert listed.get(words.what, set()) - drawn == due, reason


def test_the_terminal_begins_with_the_same_lists(graded):
    _results, _report, printed = graded
    lines = [line for line in printed.splitlines() if line and not line.startswith("A class of")]
    assert lines[0] == "Look at these:"
    teach = next(n for n, line in enumerate(lines) if line.startswith("Teach this again"))
    assert all(re.match(r"  \d+ learners? ", line) for line in lines[1:teach])
    assert re.match(r"  [\d.]+ points, \d+ learners?: \w+", lines[teach + 1])
