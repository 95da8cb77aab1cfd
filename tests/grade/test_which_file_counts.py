"""Which of several files counts, and what a result tells beside its points."""

import dataclasses
import platform

import msgspec
import numpy as np
import pytest

from grader import __version__
from grader.grade.grader import MAX_NOTE, MAX_NOTES, Grader
from grader.intake.submission import submission_of
from grader.model import FORMAT, Limits
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX, notebook

ZEROS = "import numpy as np\ndef softmax(Z): return np.zeros(Z.shape)\n"
OVERFLOWS = SOFTMAX.replace("Z - Z.max(axis=0, keepdims=True)", "Z")
UNENDING = "def softmax(Z):\n    while True: pass\n"


@pytest.fixture
def one(grader):
    """The report of files that are graded for softmax alone."""
    only = grader.only("ex01_softmax", "softmax")

    def reported(files, by=only):
        handed = {n: f.encode() if isinstance(f, str) else f for n, f in files.items()}
        return by.grade_submission(submission_of("ada", handed))

    return reported


def score(report):
    return report.result.functions[0].score


@pytest.mark.parametrize(
    "files",
    [
        {"ex01_softmax.py": ZEROS, "aaa.py": SOFTMAX},
        {"aaa.py": SOFTMAX, "ex01_softmax.ipynb": notebook(ZEROS)},
    ],
)
def test_the_file_of_the_exercise_counts_also_where_another_is_better(one, files):
    report = one(files)
    assert score(report) == 0
    assert report.notes == ()
    assert report.together is False


def test_where_the_file_of_the_exercise_only_imports_it_the_definition_counts(one):
    files = {"ex01_softmax.py": "from mine import softmax\n", "mine.py": SOFTMAX, "zzz.py": ZEROS}
    report = one(files)
    assert score(report) == 12
    ((about, note),) = report.notes
    assert about == "softmax"
    assert note.startswith("softmax is defined in more than one file; mine.py counts (mine.py: 12,")


@pytest.mark.parametrize(
    ("script", "cell", "told"),
    [
        (ZEROS, SOFTMAX, "ex01_softmax.ipynb counts (ex01_softmax.py: 0, ex01_softmax.ipynb: 12)"),
        (SOFTMAX, ZEROS, "ex01_softmax.py counts (ex01_softmax.py: 12, ex01_softmax.ipynb: 0)"),
    ],
)
def test_the_better_form_counts_and_a_note_says_so(one, script, cell, told):
    report = one({"ex01_softmax.py": script, "ex01_softmax.ipynb": notebook(cell)})
    assert score(report) == 12
    assert report.notes == (("softmax", f"softmax is defined in more than one file; {told}"),)
    assert report.together is True


def test_little_is_better_than_nothing(plan, lane):
    """Of so few points a part is less than one."""
    planned = next(e for e in plan.exercises if e.slug == "ex01_softmax")
    small = msgspec.structs.replace(planned.functions[0], points=0.5)
    exercise = msgspec.structs.replace(planned, functions=(small,))
    grader = Grader(msgspec.structs.replace(plan, exercises=(exercise,)), lane)
    files = {"ex01_softmax.py": ZEROS.encode(), "ex01_softmax.ipynb": notebook(OVERFLOWS)}
    result = grader.grade(submission_of("ada", files))
    assert 0 < result.score < 0.5
    assert "ex01_softmax.ipynb counts" in result.notes[0]


def test_functions_depend_on_each_other_where_time_has_run_out(plan, lane):
    quick = msgspec.structs.replace(plan, limits=Limits(call_cpu_s=0.1, wall_factor=20))
    grader = Grader(quick, lane)
    later = "def softmax_jacobian(z): return z\n"
    for source, together in ((UNENDING + later, True), (ZEROS + later, False)):
        submission = submission_of("ada", {"a.py": source.encode()})
        report = grader.grade_submission(submission, only={"softmax", "softmax_jacobian"})
        assert report.together is together


def test_as_many_notes_as_there_is_room_for_are_all(one):
    report = one({"ex01_softmax.py": SOFTMAX + "undefined\n" * MAX_NOTES})
    assert len(report.notes) == MAX_NOTES
    assert {about for about, _note in report.notes} == {""}
    report = one({"ex01_softmax.py": SOFTMAX + "undefined\n" * (MAX_NOTES + 1)})
    assert report.notes[-1] == ("", "and 1 more statements that failed")


def test_a_result_tells_by_what_it_came_about(grader, lane):
    submission = submission_of("ada", {"a.py": SOFTMAX.encode(), "b.txt": b"x = 1"})
    submission = dataclasses.replace(submission, notes=("a note", "x" * 2 * MAX_NOTE))
    report = grader.grade_submission(submission, only={"softmax"})
    result = report.result
    assert (result.format, result.student, result.files) == (FORMAT, "ada", ("a.py", "b.txt"))
    assert result.isolation == lane.wall.tier
    assert result.versions == {
        "grader": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    assert 0 < report.seconds < 30
    assert [about for about, _note in report.notes] == ["", ""]
    assert result.notes == tuple(note for _about, note in report.notes)
    assert result.notes[0] == "a note"
    assert len(result.notes[1]) <= MAX_NOTE + 1


def test_points_that_do_not_add_up_in_binary_are_hundredths(plan, lane):
    exercises = plan.exercises[1:2]
    thirds = tuple(msgspec.structs.replace(f, points=1 / 3) for e in exercises for f in e.functions)
    assert len(thirds) == 2
    exercise = msgspec.structs.replace(exercises[0], functions=thirds)
    grader = Grader(msgspec.structs.replace(plan, exercises=(exercise,)), lane)
    result = grader.grade(submission_of("ada", {}))
    assert result.max_score == 0.67
    assert function_of(result, thirds[0].name).score == 0
