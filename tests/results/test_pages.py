"""The files a run writes for people: pages for the class and each learner, misconceptions.csv."""

import csv
import html
import json
import re
import shutil

import pytest

from grader.results.pages import PAGES, page_name
from tests.support.results import lines_of
from tests.support.submissions import SOFTMAX, write_class

WRONG_AXIS = SOFTMAX.replace("axis=0", "axis=1")


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def grade_in(folder, run):
    one = ("--exercise", "ex01_softmax")
    done = run("grade", folder / "in", "--out", folder / "out", *one)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def graded_once(run, tmp_path_factory):
    """A class with two right and two wrong answers, graded for one exercise."""
    folder = tmp_path_factory.mktemp("class")
    write_class(folder / "in", "ada", "Bela")
    write_class(folder / "in", "chidi", "=dunja", source=WRONG_AXIS)
    grade_in(folder, run)
    return folder


@pytest.fixture
def graded(run, graded_once, tmp_path):
    """A copy of that class and its results, and how to grade it again."""
    folder = shutil.copytree(graded_once, tmp_path / "class")
    return folder, lambda: grade_in(folder, run)


def test_misconceptions_csv_has_a_row_for_each_that_was_recognised(graded):
    folder, _again = graded
    head, *rows = rows_of(folder / "out" / "misconceptions.csv")
    assert head == ["student", "exercise", "function", "id", "message"]
    assert [row[0] for row in rows] == ["'=dunja", "chidi"]
    assert {tuple(row[1:4]) for row in rows} == {
        ("ex01_softmax", "softmax", "rows_instead_of_columns")
    }
    assert all(row[4].startswith("You normalise each row") for row in rows)


def test_each_learner_has_a_page_whose_name_is_harmless(graded):
    folder, _again = graded
    pages = {path.name for path in (folder / "out" / "feedback").glob("*.html")}
    assert pages == {page_name(name) for name in ("ada", "Bela", "chidi", "=dunja")}
    assert {"ada.html", "chidi.html"} <= pages
    assert all(re.fullmatch(r"[a-z0-9_.~-]+", page) for page in pages)


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "", "con", "CON", "x" * 300, "Ада", "<script>", ".hidden", "a\nb", "~"]
)
def test_no_name_leads_out_of_the_folder_or_is_a_device(name):
    page = page_name(name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9_.-]*(~[0-9a-f]{16})?\.html", page)
    assert page.split(".")[0] != "con"
    assert len(page) < 100


def test_names_that_differ_only_in_case_have_pages_of_their_own():
    names = ["ada", "Ada", "ADA", page_name("Ada").removesuffix(".html")]
    assert len({page_name(name).lower() for name in names}) == len(names)


def test_pages_of_learners_who_left_are_removed_and_the_instructors_files_stay(graded):
    folder, again = graded
    feedback = folder / "out" / "feedback"
    (feedback / "notes.html").write_text("mine")
    (folder / "in" / "ada.py").unlink()
    again()
    assert not (feedback / "ada.html").exists()
    assert (feedback / "notes.html").read_text() == "mine"


def test_a_page_is_written_again_only_when_it_changes(graded):
    folder, again = graded
    feedback = folder / "out" / "feedback"
    before = {path: path.stat().st_mtime_ns for path in feedback.glob("*.html")}
    (folder / "in" / "ada.py").write_text(WRONG_AXIS)
    again()
    changed = {path.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert changed == {"ada.html"}


def test_a_page_that_was_lost_is_written_again(graded):
    folder, again = graded
    shutil.rmtree(folder / "out" / "feedback")
    again()
    assert (folder / "out" / "feedback" / "ada.html").exists()


def test_a_file_in_the_way_of_the_folder_is_reported(run, graded):
    folder, _again = graded
    shutil.rmtree(folder / "out" / "feedback")
    (folder / "out" / "feedback").write_text("")
    done = run("grade", folder / "in", "--out", folder / "out", "--exercise", "ex01_softmax")
    assert done.returncode == 2
    assert re.search(r"cannot create .*feedback: .*; move or rename what is there", done.stderr)


def test_the_run_says_where_the_pages_are(graded):
    folder, again = graded
    assert f"{folder / 'out' / 'report.html'}" in again().stdout


def test_a_page_says_of_every_check_what_it_is_about(graded, plan):
    folder, _again = graded
    text = (folder / "out" / "feedback" / "chidi.html").read_text(encoding="utf-8")
    (function,) = plan.exercises[0].functions
    for check in function.checks:
        assert f"{check.name.replace('_', ' ')}: {html.escape(check.text)}" in text
        assert f"(weight {check.weight:g})" in text
    result = next(r for r in lines_of(folder / "out" / "results.jsonl") if r["student"] == "chidi")
    (given,) = result["functions"]
    assert given["how"]
    assert f"How these points come about: {given['how']}." in text


def test_a_list_of_pages_that_somebody_has_changed_leads_to_no_other_file(graded):
    folder, again = graded
    pages = folder / "out" / "feedback" / PAGES
    listed = json.loads(pages.read_text(encoding="utf-8"))
    (folder / "out" / "mine.html").write_text("x")
    pages.write_text(json.dumps(listed | {"../mine.html": "x"}))
    again()
    assert (folder / "out" / "mine.html").exists()
