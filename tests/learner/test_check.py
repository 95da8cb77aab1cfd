"""`grader check`: a learner on their own machine, with the exercises' folder and no solutions."""

import dataclasses
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time

import pytest

from grader.course.handout import built_files, script
from grader.course.notebooks import notebook
from grader.learner.check import check_files
from grader.learner.watch import POLL_S
from grader.plan_json import read_plan
from tests.support.course import ROOT
from tests.support.submissions import SOFTMAX

BROKEN = SOFTMAX.replace("axis=0", "axis=1")

DIAGONAL_ONLY = """
import numpy as np
def softmax_jacobian(z):
    e = np.exp(z - z.max())
    a = (e / e.sum())[:, 0]
    return np.diag(a * (1 - a))
"""


class Terminal:
    """The command in a terminal of 80 columns."""

    def __init__(self, *args, cwd):
        self.main, other = pty.openpty()
        command = [sys.executable, "-m", "grader", *args]
        environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
        self.process = subprocess.Popen(
            command, cwd=cwd, stdin=other, stdout=other, stderr=other, env=environment
        )
        os.close(other)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        os.close(self.main)

    def until(self, words, *, seconds=30):
        """What is shown until these words are, and a moment longer."""
        text = b""
        deadline = time.monotonic() + seconds
        while words not in text.decode(errors="replace") and time.monotonic() < deadline:
            if select.select([self.main], [], [], 0.1)[0]:
                text += os.read(self.main, 4096)
        shown = text.decode(errors="replace")
        assert words in shown, shown
        return shown

    def press(self, key):
        os.write(self.main, key.encode())

    def exit_code(self):
        return self.process.wait(timeout=20)


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
    assert "✓ softmax: 14 of 14 checks pass" in done.stdout
    assert "✓ 9 more of the same kind" in done.stdout
    assert "What to notice:" in done.stdout
    assert "Done: ex01_softmax. Your instructor's run tries them on further inputs." in done.stdout


def test_the_other_checks_follow_once_the_public_ones_pass(run, folder):
    fails_for_six = SOFTMAX.replace("    E =", "    if Z.shape[1] == 6: return Z\n    E =")
    (folder / "ex01_softmax.py").write_text(f"print('loaded')\n{fails_for_six}")
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert done.returncode == 1
    assert "✗ softmax: 13 of 14 checks pass" in done.stdout
    assert "✗ few_classes_or_examples: One example, two classes, and a single" in done.stdout
    assert "softmax(<2 x 6 float64>): entry (0, " in done.stdout
    assert "✓ 8 more of the same kind" in done.stdout
    assert "0 of 1 functions pass their checks." in done.stdout
    assert "Next: correct softmax; begin with few_classes_or_examples above." in done.stdout
    assert done.stdout.count("| loaded") == 1
    (folder / "ex01_softmax.py").write_text("def softmax(Z): return Z")
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert "✗ softmax: 2 of 5 checks pass" in done.stdout
    assert "of the same kind" not in done.stdout


def test_a_mistake_that_only_the_other_checks_show_is_named(run, folder):
    rounds = SOFTMAX.replace("    return E", "    A = E")
    (folder / "ex01_softmax.py").write_text(f"{rounds}    return np.where(A < 1e-12, 0.0, A)\n")
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert "✓ large_logits" in done.stdout
    assert "You replace every probability below some limit by 0." in done.stdout


def test_a_course_may_keep_the_other_checks_for_the_feedback(run, folder, course):
    plan = read_plan(folder / "checks.json")
    assert {e.slug for e in plan.more} == set(course.slugs)
    kept = dataclasses.replace(course, open_inputs="feedback")
    (folder / "checks.json").write_text(built_files(kept)["checks.json"], encoding="utf-8")
    assert read_plan(folder / "checks.json").more == ()
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert "✓ softmax: 5 of 5 checks pass" in done.stdout
    assert "Your instructor's run has further checks, on other inputs." in done.stdout


def test_what_is_green_at_home_is_green_in_the_gradebook(run, folder, course, grade):
    """But for code that is right for the open inputs alone: that only the sealed ones can tell."""
    for exercise in course.exercises:
        text = script(exercise, solved=True)
        (folder / f"{exercise.slug}.py").write_text(text, encoding="utf-8")
    done = run("check", "--json", cwd=folder)
    checks = {
        (f["function"], c["name"])
        for f in json.loads(done.stdout)["functions"]
        for c in f["checks"]
    }
    result = grade({path.name: path.read_bytes() for path in folder.glob("ex*.py")})
    graded = {(f.function, c.name): c.kind for f in result.functions for c in f.checks}
    assert {graded[each] for each in graded.keys() - checks} == {"memory"}
    assert checks <= graded.keys()


def test_wrong_work_is_told_value_place_expectation_and_which_mistake_it_is(run, folder):
    (folder / "ex01_softmax.py").write_text(BROKEN)
    done = run("check", "ex01_softmax.py", cwd=folder)
    assert done.returncode == 1
    assert "✗ one_two_three: The column [1, 2, 3] becomes about" in done.stdout
    assert "entry (0, 0) is 1, should be 0.0900306 (3 of 3 entries are wrong)" in done.stdout
    assert (
        "What it looks like:\n    You normalise each row, as if rows were examples" in done.stdout
    )
    assert "Which of the three steps differs?" not in done.stdout
    assert "Next: correct softmax; begin with one_two_three above." in done.stdout


def test_a_wrong_answer_that_nothing_explains_is_asked_the_checks_question(run, folder):
    source = "import numpy as np\ndef cross_entropy(A, Y):\n    return float(np.sin(A).sum())\n"
    (folder / "ex03_cross_entropy.py").write_text(source)
    done = run("check", "ex03_cross_entropy.py", cwd=folder)
    assert "What it looks like" not in done.stdout
    assert "✗ one_example" in done.stdout
    assert "?" in done.stdout.partition("✗ one_example")[2]


def test_the_diagonal_only_jacobian_is_seen_at_a_glance(run, folder):
    (folder / "ex02_jacobian.py").write_text(DIAGONAL_ONLY)
    done = run("check", "ex02_jacobian.py", cwd=folder)
    picture = ["      = + + ", "      + = + ", "      + + = ", "      = right   + too big"]
    assert "\n".join(picture) in done.stdout
    assert "You fill the diagonal (Case 1)" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_terminal_of_80_columns_is_never_too_narrow(folder):
    (folder / "ex02_jacobian.py").write_text(DIAGONAL_ONLY)
    with Terminal("check", "ex02_jacobian.py", cwd=folder) as terminal:
        text = terminal.until("Next:")
    plain = re.sub("\x1b\\[[0-9;]*[a-zA-Z]", "", text)
    assert max(len(line.rstrip()) for line in plain.splitlines()) <= 80
    assert "    You fill the diagonal" in plain


def test_watch_checks_on_every_save_until_q(folder):
    file = folder / "ex01_softmax.py"
    file.write_text(BROKEN)
    with Terminal("check", "--watch", "ex01_softmax.py", cwd=folder) as terminal:
        text = terminal.until("h: hint, q: quit")
        assert "✗ softmax: 2 of 5 checks pass" in text
        assert "0 of 12 points pass their checks" in text
        terminal.press("h")
        assert "Stuck on" in terminal.until("h: hint, q: quit")
        file.write_text("def softmax(Z:\n")
        assert "SyntaxError" in terminal.until("h: hint, q: quit")
        # As many editors save: another file takes the name.
        (folder / "new").write_text(SOFTMAX)
        (folder / "new").replace(file)
        text = terminal.until("12 of 12 points pass")
        # What is read at once may hold the last line, too.
        if "h: hint, q: quit" not in text.rpartition("12 of 12 points pass")[2]:
            text += terminal.until("h: hint, q: quit")
        assert "What to notice:" in text
        terminal.press("h")
        assert "nothing to give a hint for" in terminal.until("h: hint, q: quit")
        # What was noticed once is not said again, nor is another file's save an event.
        (folder / "notes.txt").write_text("x")
        file.write_text(f"{SOFTMAX}\n# saved again\n")
        assert "What to notice:" not in terminal.until("h: hint, q: quit")
        file.unlink()
        assert "ex01_softmax.py does not exist" in terminal.until("h: hint, q: quit")
        time.sleep(1.2 * POLL_S)
        terminal.press("q")
        assert terminal.exit_code() == 0


def test_watch_without_a_terminal_says_that_there_are_no_keys(folder):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    # Whoever runs the tests in the background has Ctrl-C ignored, which a child would inherit.
    hears_ctrl_c = ["env", "--default-signal=INT"]
    command = [*hears_ctrl_c, sys.executable, "-m", "grader", "check", "--watch", "ex01_softmax.py"]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        lines = iter(process.stdout.readline, "")
        last = next(text for text in lines if text.startswith("Watching"))
        assert last == "Watching for saves (no terminal, so no keys: Ctrl-C quits).\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130


def test_start_copies_the_exercises_and_says_what_to_do(run, tmp_path):
    done = run("start", tmp_path / "work")
    assert done.returncode == 0
    names = {path.name for path in (tmp_path / "work").iterdir()}
    assert names == {path.name for path in (ROOT / "exercises").iterdir()} - {"__pycache__"}
    assert "grader check ex01_softmax.py" in done.stdout


def test_start_leaves_what_is_there_alone(run, tmp_path):
    (tmp_path / "ex01_softmax.py").write_text(SOFTMAX)
    done = run("start", tmp_path, "--exercise", "ex01_softmax", "--form", "py")
    assert "left as they were: ex01_softmax.py" in done.stdout
    assert (tmp_path / "ex01_softmax.py").read_text() == SOFTMAX
    assert {path.name for path in tmp_path.iterdir()} == {
        "README.md",
        "checks.json",
        "ex01_softmax.py",
    }


def test_start_names_the_exercises_that_there_are(run, tmp_path):
    done = run("start", tmp_path / "work", "--exercise", "ex99")
    assert done.returncode == 2
    assert "no exercise is called 'ex99'; choose from ex01_softmax" in done.stderr
    assert not (tmp_path / "work").exists()


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
    assert "copy checks.json from the exercises' folder again" in done.stderr


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


def test_a_mistake_of_an_earlier_function_is_told_and_nothing_else(run, folder):
    (folder / "ex01_softmax.py").write_text(
        "import numpy as np\ndef softmax(Z): return np.exp(Z)\n"
    )
    later = "from ex01_softmax import softmax\nimport numpy as np\n"
    later += "def softmax_jacobian(z): return np.diagflat(softmax(z))\n"
    (folder / "ex02_jacobian.py").write_text(later)
    done = run("check", folder / "ex01_softmax.py", folder / "ex02_jacobian.py")
    assert "It may be your softmax, which fails 3 of its 5 checks: begin there." in done.stdout


def test_what_is_not_attempted_is_not_blamed_on_an_earlier_function(folder, lane):
    files = folder / "ex01_softmax.py", folder / "ex02_jacobian.py"
    files[0].write_text("import numpy as np\ndef softmax(Z): return np.exp(Z)\n")
    later = "from ex01_softmax import softmax\ndef softmax_jacobian(z):\n    a = softmax(z)\n"
    for end, mistake in (("return a", "earlier_function"), ("raise NotImplementedError", "")):
        files[1].write_text(f"{later}    {end}\n")
        jacobian = check_files(files, lane).functions[1]
        assert (jacobian.misconception.id if jacobian.misconception else "") == mistake
