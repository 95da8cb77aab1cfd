"""Several downloads as one class: sections with other people, weeks with other exercises."""

import zipfile

import pytest

from grader.intake.people import ClassSubmissions, Entry, Person
from grader.intake.several import one_class
from tests.support.course import ROOT
from tests.support.results import lines_of
from tests.support.submissions import SOFTMAX

WRONG = SOFTMAX.replace("axis=0", "axis=1")
JACOBIAN = """
import numpy as np
from ex01_softmax import softmax
def softmax_jacobian(z):
    a = softmax(z)
    return np.diag(a[:, 0]) - a @ a.T
"""


@pytest.fixture
def graded(run, tmp_path):
    """Grade these folders, each a mapping of files, as one class; the score of each function."""

    def grade(*folders, options=()):
        for number, files in enumerate(folders, start=1):
            for name, text in files.items():
                path = tmp_path / f"week{number}" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        paths = [tmp_path / f"week{number}" for number in range(1, len(folders) + 1)]
        exercises = ("--exercise", "ex01_softmax", "--exercise", "ex02_jacobian")
        course = ("--course", ROOT / "solutions")
        done = run("grade", *paths, "--out", tmp_path / "out", *exercises, *course, *options)
        assert done.returncode == 0, done.stderr
        results = lines_of(tmp_path / "out" / "results.jsonl")
        scores = {
            one["student"]: {f["function"]: f["score"] for f in one["functions"]} for one in results
        }
        return done, scores, {one["student"]: one["notes"] for one in results}

    return grade


def test_sections_are_one_class(graded):
    done, scores, _notes = graded({"ada.py": SOFTMAX}, {"bela.py": SOFTMAX, "cid.py": WRONG})
    assert {name: one["softmax"] for name, one in scores.items()} == {
        "ada": 12,
        "bela": 12,
        "cid": 6,
    }
    assert "more than one" not in done.stderr


def test_weeks_add_up(graded):
    done, scores, notes = graded(
        {"ada/ex01_softmax.py": SOFTMAX}, {"ada/ex02_jacobian.py": JACOBIAN}
    )
    assert (scores["ada"]["softmax"], scores["ada"]["softmax_jacobian"]) == (12, 10)
    assert notes["ada"] == []
    assert "1 learner is in more than one of them, and later files count: ada" in done.stderr


def test_the_later_hand_in_of_a_file_counts(graded):
    for first, second, points in ((WRONG, SOFTMAX, 12), (SOFTMAX, WRONG, 6)):
        _done, scores, notes = graded(
            {"ada/ex01_softmax.py": first, "ada/ex02_jacobian.py": JACOBIAN},
            {"ada/ex01_softmax.py": second},
        )
        assert scores["ada"]["softmax"] == points
        assert scores["ada"]["softmax_jacobian"] == 10
        assert notes["ada"] == ["ex01_softmax.py is not read: a later one is in week2"]


def test_files_that_name_no_exercise_all_count(graded):
    _done, scores, _notes = graded({"ada.py": SOFTMAX}, {"ada.py": JACOBIAN})
    assert (scores["ada"]["softmax"], scores["ada"]["softmax_jacobian"]) == (12, 10)


def test_an_archive_may_hold_another_week_and_counts_too(graded, tmp_path):
    for number, (name, text) in enumerate(
        [("ex01_softmax.py", SOFTMAX), ("ex02_jacobian.py", JACOBIAN)], start=1
    ):
        folder = tmp_path / f"week{number}"
        folder.mkdir()
        with zipfile.ZipFile(folder / "ada.zip", "w") as archive:
            archive.writestr(name, text)
    _done, scores, _notes = graded({}, {})
    assert (scores["ada"]["softmax"], scores["ada"]["softmax_jacobian"]) == (12, 10)


def test_nobody_is_absent_who_is_in_one_of_them(graded, tmp_path):
    (tmp_path / "roster.csv").write_text("id,name\nada,Ada\nbela,Bela\nmia,Mia\n")
    done, scores, _notes = graded(
        {"ada.py": SOFTMAX}, {"bela.py": SOFTMAX}, options=("--roster", tmp_path / "roster.csv")
    )
    assert set(scores) == {"ada", "bela"}
    assert "1 learner handed in nothing: Mia (mia)" in done.stdout


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        (Person(name="Ann Li"), Person(name="Ann Li"), True),
        (Person(email="ann@x.org"), Person(email="Ann@x.org"), True),
        (Person(email="ann@x.org"), Person(email="ann.li@x.org"), False),
        (Person(sid="s1"), Person(sid="s2"), False),
        (Person(lms="canvas", lms_id="1"), Person(lms="canvas", lms_id="2"), False),
        (Person(lms="moodle", lms_id="1"), Person(lms="moodle", lms_id="2"), False),
    ],
)
def test_two_people_of_one_name_keep_their_own_results(tmp_path, one, other, is_one):
    parts = [
        (f"week{number}", ClassSubmissions([Entry("Ann Li", [tmp_path / str(number)], person)]))
        for number, person in enumerate([one, other])
    ]
    found = one_class(parts, ("ex01_softmax",))
    said = "Ann Li is in several of them" in " ".join(found.remarks)
    assert said is not is_one
    assert len(found.entries) == (1 if is_one else 2)
    assert len({entry.student for entry in found.entries}) == len(found.entries)
