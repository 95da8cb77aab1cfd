"""What is stored is used again while it holds, and graded anew when it does not."""

import csv
import io
import os
import shutil
import subprocess
import sys

import pytest
from rich.console import Console

from grader.course.folder import course_of
from grader.course.handout import script
from grader.course.planning import plan_of
from grader.engine.lane import Lane
from grader.engine.launch import Wall
from grader.grade.fingerprints import fingerprints_of, prices_of
from grader.grade.grader import Grader
from grader.grade.processes import Processes
from grader.grade.run import ClassRun
from grader.grade.tasks import Work
from grader.intake.recognise import class_at
from grader.intake.submission import submission_of
from grader.model import Submission
from grader.results.rows import EncodedResult
from grader.results.store import Store
from tests.support.course import ROOT
from tests.support.results import counts, lines_of
from tests.support.submissions import SOFTMAX, write_class


@pytest.fixture
def own_course(tmp_path):
    """A copy of the course that a test may change."""
    return shutil.copytree(ROOT / "solutions", tmp_path / "solutions")


def class_of_four(folder, course):
    """Three learners who have solved exercise 3, and one who has handed in something else."""
    write_class(folder, "zoe")
    exercise = next(e for e in course.exercises if e.slug == "ex03_cross_entropy")
    return write_class(folder, "ada", "bela", "chidi", source=script(exercise, solved=True))


@pytest.fixture
def class_folder(tmp_path, course):
    return class_of_four(tmp_path / "class", course)


THIRD = ("--exercise", "ex03_cross_entropy")


@pytest.fixture
def grade_third(run, class_folder, own_course, tmp_path):
    """Grade that class for exercise 3 by the changeable course."""

    def graded(*options):
        third = (*THIRD, "--course", own_course)
        done = run("grade", class_folder, "--out", tmp_path / "out", *third, *options)
        assert done.returncode == 0, done.stderr
        return done

    return graded


@pytest.fixture(scope="module")
def third_graded(run, course, tmp_path_factory):
    """What a first run for exercise 3 has printed, and its results."""
    folder = tmp_path_factory.mktemp("first")
    taken = class_of_four(folder / "class", course)
    done = run("grade", taken, "--out", folder / "out", *THIRD, "--course", ROOT / "solutions")
    assert counts(done) == (4, 12, 0)
    assert "points that changed" not in done.stdout
    return folder / "out"


@pytest.fixture
def after_a_first_run(third_graded, tmp_path):
    """The results of a first run, to be found by the next."""
    return shutil.copytree(third_graded, tmp_path / "out")


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def rows_of(path):
    return list(csv.reader(path.read_text("utf-8").splitlines()))


def test_what_is_unchanged_is_not_graded_again(grade_third, tmp_path):
    assert counts(grade_third()) == (4, 12, 0)
    before = (tmp_path / "out" / "results.jsonl").read_bytes()
    assert counts(grade_third()) == (0, 0, 4)
    assert (tmp_path / "out" / "results.jsonl").read_bytes() == before


class Nobody:
    """Workers that are not there: whoever asks for one is told so."""

    def pool(self, **_options):
        raise AssertionError("a worker was asked for")

    failure = pool


def test_what_is_unchanged_needs_no_worker_not_even_a_loop_that_never_ends(plan, tmp_path):
    write_class(tmp_path / "class", "ada")
    write_class(tmp_path / "class", "bela", source="def softmax(Z):\n    while True: pass\n")
    submissions = class_at(tmp_path / "class", order=plan.slugs, source="plain")
    out, screens = tmp_path / "out", [Console(file=io.StringIO()) for _ in range(2)]
    first = Processes(Work(plan, Wall()), 1)
    for workers in (first, Nobody()):
        assert ClassRun(out, submissions, plan, workers, Wall(), *screens).grade()
    assert "graded 0 (0 functions), unchanged 2" in screens[0].file.getvalue()
    (tmp_path / "class" / "ada.py").write_text("x = 1")
    with pytest.raises(AssertionError, match="a worker was asked for"):
        ClassRun(out, submissions, plan, Nobody(), Wall(), *screens).grade()


@pytest.mark.usefixtures("after_a_first_run")
def test_a_changed_submission_is_graded_again_and_no_other(grade_third, class_folder, tmp_path):
    (class_folder / "bela.py").write_text("x = 1")
    assert counts(grade_third()) == (1, 3, 3)
    assert [r["score"] for r in lines_of(tmp_path / "out" / "results.jsonl")] == [14, 0, 14, 0]


@pytest.mark.usefixtures("after_a_first_run")
def test_a_changed_point_value_regrades_nothing_and_tells_whose_points_moved(
    grade_third, own_course, tmp_path
):
    change(own_course / "course.toml", "cross_entropy = 5,", "cross_entropy = 2,")
    done = grade_third()
    assert counts(done) == (0, 0, 4)
    assert "points that changed since the last run:" in done.stdout
    assert [r["score"] for r in lines_of(tmp_path / "out" / "results.jsonl")] == [11, 11, 11, 0]
    assert {r["max_score"] for r in lines_of(tmp_path / "out" / "results.jsonl")} == {11}
    assert "  ada: cross_entropy 5 -> 2 (-3)\n  bela: cross_entropy 5 -> 2 (-3)\n" in done.stdout
    assert rows_of(tmp_path / "out" / "changes.csv")[1:] == [
        [name, "ex03_cross_entropy", "cross_entropy", "5", "2", ""]
        for name in ("ada", "bela", "chidi")
    ]
    assert "moved" not in grade_third().stdout
    assert len(rows_of(tmp_path / "out" / "changes.csv")) == 1


@pytest.mark.usefixtures("after_a_first_run")
def test_a_changed_check_regrades_its_function_only(grade_third, own_course):
    checks = own_course / "ex03_cross_entropy" / "checks.py"
    change(checks, "@cross_entropy_grad.precision()", "@cross_entropy_grad.value()")
    done = grade_third()
    assert counts(done) == (4, 4, 0)
    assert "points that changed" not in done.stdout


@pytest.mark.usefixtures("after_a_first_run")
def test_changed_weights_and_rules_regrade_nothing(grade_third, own_course, class_folder, tmp_path):
    half = "import numpy as np\ndef cross_entropy_grad(A, Y):\n    return np.float32(-Y / A)\n"
    (class_folder / "zoe.py").write_text(half)
    assert counts(grade_third()) == (1, 3, 3)
    scores = []
    checks = own_course / "ex03_cross_entropy" / "checks.py"
    for path, old, new in (
        (own_course / "course.toml", "[limits]", "rounding = 0.5\n[limits]"),
        (
            own_course / "course.toml",
            "points = { cross_entropy = 5",
            "points = { cross_entropy = 6",
        ),
        (checks, "@cross_entropy_grad.precision()", "@cross_entropy_grad.precision(weight=30)"),
    ):
        change(path, old, new)
        done = grade_third()
        assert counts(done) == (0, 0, 4)
        assert "points that changed since the last run:" in done.stdout
        *_others, zoe = lines_of(tmp_path / "out" / "results.jsonl")
        (function,) = [f for f in zoe["functions"] if f["function"] == "cross_entropy_grad"]
        scores.append((function["score"], function["how"]))
    assert scores == [
        (3, "4 × 11/15 = 2.93: by the weight of the checks that pass; rounded to 3"),
        (3, "4 × 11/15 = 2.93: by the weight of the checks that pass; rounded to 3"),
        (1, "4 × 11/44 = 1: by the weight of the checks that pass"),
    ]


@pytest.mark.usefixtures("after_a_first_run")
def test_words_that_only_learners_read_regrade_nothing(grade_third, own_course):
    change(own_course / "course.toml", "The gradient of", "A gradient of")
    reference = own_course / "ex03_cross_entropy" / "reference.py"
    change(reference, "# ### Stuck on", "# ### Are you stuck on")
    checks = own_course / "ex03_cross_entropy" / "checks.py"
    checks.write_text(checks.read_text().replace('Calls:\n    """', 'Calls:\n    """Namely: '))
    assert counts(grade_third())[0] == 0


@pytest.mark.usefixtures("after_a_first_run")
@pytest.mark.slow
def test_regrade_another_seed_and_another_limit_grade_everything_again(grade_third):
    for options, again in (
        (("--regrade",), (4, 12, 0)),
        (("--seed", "5ea1" * 8), (0, 0, 4)),
        (("--limit", "call=3"), (0, 0, 4)),
    ):
        assert counts(grade_third(*options)) == (4, 12, 0)
        assert counts(grade_third(*options)) == again


@pytest.mark.slow
def test_only_so_many_moves_are_printed_and_all_are_written(run, own_course, tmp_path):
    folder = write_class(tmp_path / "class", *(f"s{n:02}" for n in range(25)))
    one = ("--out", tmp_path / "out", "--exercise", "ex01_softmax", "--course", own_course)
    run("grade", folder, *one)
    change(own_course / "course.toml", "softmax = 12", "softmax = 13.5")
    done = run("grade", folder, *one)
    assert done.stdout.count("softmax 12 -> 13.5 (+1.5)") == 20
    assert "  and 5 more" in done.stdout
    assert len(rows_of(tmp_path / "out" / "changes.csv")) == 26


@pytest.mark.usefixtures("after_a_first_run")
def test_a_reader_that_goes_away_loses_nothing(class_folder, grade_third, own_course, tmp_path):
    """As in `grader grade ... | head -1`: all is stored and written before anything is printed."""
    change(own_course / "course.toml", "cross_entropy = 5,", "cross_entropy = 2,")
    command = [
        sys.executable, "-m", "grader", "grade", class_folder, "--out", tmp_path / "out",
        *THIRD, "--course", own_course, "--isolation", "none",
    ]  # fmt: skip
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert "Traceback" not in done.stderr
    assert len((tmp_path / "out" / "changes.csv").read_text().splitlines()) > 1
    again = grade_third()
    assert counts(again) == (0, 0, 4)
    assert "points that changed" not in again.stdout


@pytest.mark.usefixtures("after_a_first_run")
@pytest.mark.slow
def test_a_run_that_ends_before_it_has_told_what_moved_tells_it_the_next_time(
    grade_third, own_course, tmp_path
):
    change(own_course / "course.toml", "cross_entropy = 5,", "cross_entropy = 2,")
    (tmp_path / "out" / ".gradebook.csv.part").mkdir()  # so that it cannot be written
    with pytest.raises(AssertionError, match="run the same command again; finished"):
        grade_third()
    (tmp_path / "out" / ".gradebook.csv.part").rmdir()
    done = grade_third()
    assert counts(done) == (0, 0, 4)
    assert "ada: cross_entropy 5 -> 2 (-3)" in done.stdout


@pytest.mark.slow
def test_a_function_in_several_files_is_used_again_only_with_the_whole(run, tmp_path):
    folder = tmp_path / "class" / "ada"
    folder.mkdir(parents=True)
    (folder / "one.py").write_text(SOFTMAX)
    (folder / "two.py").write_text("import numpy as np\ndef softmax(Z): return np.exp(Z)")
    command = ("grade", folder.parent, "--out", tmp_path / "out", "--course", ROOT / "solutions")
    first = ("--exercise", "ex01_softmax")
    assert counts(run(*command, *first)) == (1, 1, 0)
    assert counts(run(*command, *first)) == (0, 0, 1)
    assert counts(run(*command, *first, "--exercise", "ex03_cross_entropy")) == (1, 4, 0)
    (result,) = lines_of(tmp_path / "out" / "results.jsonl")
    assert any("softmax is defined in more than one file" in note for note in result["notes"])


@pytest.mark.slow
def test_what_turns_out_to_depend_on_the_rest_is_graded_with_the_rest(run, tmp_path):
    folder = tmp_path / "class" / "ada"
    folder.mkdir(parents=True)
    (folder / "one.py").write_text(SOFTMAX)
    (folder / "two.py").write_text("import numpy as np\ndef softmax(Z): return np.exp(Z)")
    command = ("grade", folder.parent, "--out", tmp_path / "out", "--course", ROOT / "solutions")
    third = ("--exercise", "ex03_cross_entropy")
    assert counts(run(*command, *third)) == (1, 3, 0)
    assert counts(run(*command, *third, "--exercise", "ex01_softmax")) == (1, 4, 0)
    assert counts(run(*command, *third, "--exercise", "ex01_softmax")) == (0, 0, 1)


@pytest.mark.slow
def test_notes_are_those_of_what_is_handed_in_now(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada", source="1 / 0\n" + SOFTMAX)
    command = ("grade", folder, "--out", tmp_path / "out", "--course", ROOT / "solutions")
    run(*command, "--exercise", "ex01_softmax")
    before = lines_of(tmp_path / "out" / "results.jsonl")[0]["notes"]
    write_class(folder, "ada")
    run(*command, "--exercise", "ex03_cross_entropy")
    write_class(folder, "ada", source="1 / 0\n" + SOFTMAX)
    run(*command, "--exercise", "ex01_softmax")
    assert before
    assert lines_of(tmp_path / "out" / "results.jsonl")[0]["notes"] == before


@pytest.mark.usefixtures("after_a_first_run")
def test_more_exercises_regrade_none_that_was_graded(run, class_folder, tmp_path):
    command = ("grade", class_folder, "--out", tmp_path / "out", "--course", ROOT / "solutions")
    both = ("--exercise", "ex01_softmax", "--exercise", "ex03_cross_entropy")
    assert counts(run(*command, *both)) == (4, 4, 0)
    results = lines_of(tmp_path / "out" / "results.jsonl")
    assert [result["max_score"] for result in results] == [26] * 4
    assert [result["score"] for result in results] == [14, 14, 14, 12]


@pytest.mark.slow
def test_what_was_graded_in_parts_is_what_is_graded_at_once(
    run, class_folder, after_a_first_run, tmp_path
):
    command = ("grade", class_folder, "--course", ROOT / "solutions")
    both = ("--exercise", "ex01_softmax", "--exercise", "ex03_cross_entropy")
    outs = (after_a_first_run, tmp_path / "once")
    for out in outs:
        run(*command, "--out", out, *both)
    parts, once = (lines_of(out / "results.jsonl") for out in outs)
    assert parts == once


@pytest.mark.usefixtures("after_a_first_run")
def test_students_who_are_gone_stay_stored_and_are_told_of(grade_third, class_folder, tmp_path):
    (class_folder / "zoe.py").rename(tmp_path / "zoe.py")
    done = grade_third()
    assert "1 students of earlier runs are not in this one; they stay stored" in done.stdout
    assert len(lines_of(tmp_path / "out" / "results.jsonl")) == 3
    (tmp_path / "zoe.py").rename(class_folder / "zoe.py")
    assert counts(grade_third()) == (0, 0, 4)


def test_what_the_grader_failed_on_is_not_used_again(plan, tmp_path):
    result = Grader(plan, Lane()).failure(Submission("ada"), "it broke")
    with Store(tmp_path) as store:
        store.begin(plan, b"", prices_of(plan), regrade=False)
        store.keep([("ada", EncodedResult.of(result, notes=(("", "it broke"),)))])
        assert store.fingerprints("ada") == {}
        (stored,) = store.results()
    assert (stored.score, stored.notes) == (None, ("it broke",))


def test_a_regrade_that_was_killed_does_not_begin_anew(plan, tmp_path, grader):
    submission = submission_of("ada", {"ada.py": SOFTMAX.encode()})
    result = grader.grade(submission)
    graded = EncodedResult.of(result, fingerprints={"softmax": b"key"})
    with Store(tmp_path) as store:
        store.begin(plan, b"this plan", prices_of(plan), regrade=False)
        store.keep([("ada", graded), ("bela", graded)])
    with Store(tmp_path) as store:
        store.begin(plan, b"this plan", prices_of(plan), regrade=True)
        assert store.fingerprints("ada") == {}
        store.keep([("ada", graded)])
    for key, known in ((b"this plan", True), (b"another plan", False)):
        with Store(tmp_path) as store:
            store.begin(plan, key, prices_of(plan), regrade=True)
            assert store.fingerprints("ada") == ({"softmax": b"key"} if known else {})
            assert store.fingerprints("bela") == {}


@pytest.mark.slow
def test_the_plan_of_a_course_has_the_same_keys_in_every_process():
    code = (
        "from pathlib import Path; from grader.course.folder import course_of;"
        "from grader.course.planning import plan_of; from grader.grade import fingerprints as f;"
        f"plan = plan_of(course_of(Path({str(ROOT / 'solutions')!r})));"
        "print(f.fingerprints_of(plan, isolation='none', versions={}).plan.hex())"
    )
    command = [sys.executable, "-c", code]
    keys = {subprocess.run(command, capture_output=True, check=True).stdout for _ in range(3)}
    assert len(keys) == 1


def test_changed_points_change_the_price_of_one_function_and_no_key(course, own_course):
    change(own_course / "course.toml", "softmax = 12", "softmax = 11")
    one, two = (
        fingerprints_of(plan_of(c), isolation="none", versions={})
        for c in (course, course_of(own_course))
    )
    assert (one.plan, one.functions) == (two.plan, two.functions)
    assert one.priced != two.priced
    assert {name for name in one.prices if one.prices[name] != two.prices[name]} == {"softmax"}
