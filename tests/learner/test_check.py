"""`grader check`: a learner on their own machine, with the exercises' folder and no solutions."""

import dataclasses
import json

import pytest

from grader.course.handout import built_files, script
from grader.course.notebooks import notebook
from grader.learner.check import check_files
from grader.plan_json import read_plan
from tests.support.course import ROOT
from tests.support.submissions import SOFTMAX
from tests.support.terminal import Terminal, plain

BROKEN = SOFTMAX.replace("axis=0", "axis=1")

DIAGONAL_ONLY = """
import numpy as np
def softmax_jacobian(z):
    e = np.exp(z - z.max())
    a = (e / e.sum())[:, 0]
    return np.diag(a * (1 - a))
"""


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
    assert "1 new since last time: softmax" in done.stdout
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
    assert "[........................] 0 of 12 points pass their checks" in done.stdout
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
    picture = ["      = + +", "      + = +", "      + + =", "      = right   + too big"]
    assert "\n".join(picture) in done.stdout
    assert "You fill the diagonal (Case 1)" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_terminal_of_80_columns_is_never_too_narrow(folder):
    (folder / "ex02_jacobian.py").write_text(DIAGONAL_ONLY)
    with Terminal("check", "ex02_jacobian.py", cwd=folder) as terminal:
        text = plain(terminal.until("--show softmax_jacobian"))
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    assert "    You fill the diagonal" in text
    # What goes on stands below its own beginning, not below the mark.
    assert (
        "\n  ✗ two_classes: For two classes every entry is of the same size, such as 1/4;"
        "\n    only the signs differ.\n" in text
    )


def test_colour_is_never_the_only_sign_and_can_be_turned_off(folder):
    (folder / "ex01_softmax.py").write_text(BROKEN)
    with Terminal("check", "ex01_softmax.py", cwd=folder) as terminal:
        coloured = terminal.until("--show softmax")
    with Terminal("check", "ex01_softmax.py", cwd=folder, NO_COLOR="1") as terminal:
        without = terminal.until("--show softmax")
    assert "\x1b[31m✗\x1b[0m softmax" in coloured
    assert "\x1b[3" not in without
    assert plain(coloured) == plain(without)


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
        points = sum(function.points for function in exercise.functions)
        words = f"– {exercise.slug:19}   0 of {points:2g} points  not begun"  # noqa: RUF001
        assert words in done.stdout
    assert "Exercise 1: softmax" in done.stdout
    assert "Exercise 2" not in done.stdout


def test_a_folder_shows_a_line_for_each_exercise_and_details_of_the_first_that_fails(run, folder):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    (folder / "ex02_jacobian.py").write_text(DIAGONAL_ONLY)
    (folder / "ex07_gradient_check.py").write_text("def gradient_check(a, b): return 0.0\n")
    done = run("check", cwd=folder)
    assert "✓ ex01_softmax         12 of 12 points  done" in done.stdout
    assert "✗ ex02_jacobian         0 of 15 points  in progress: 0 of 2 functions" in done.stdout
    assert "You fill the diagonal (Case 1)" in done.stdout
    assert "Exercise 7" not in done.stdout
    assert "[###.....................] 12 of 100 points pass their checks" in done.stdout
    assert "Next: correct softmax_jacobian; begin with two_classes above." in done.stdout


def test_what_waits_for_an_earlier_function_is_not_what_to_do_next(run, folder):
    (folder / "ex06_network.py").write_text(
        "from ex01_softmax import softmax\ndef forward(params, X, hidden='tanh'):\n"
        "    return softmax(X), {}\n"
    )
    done = run("check", cwd=folder)
    assert done.stdout.rstrip().endswith("Next: write softmax.")


def test_what_to_notice_is_said_once_when_a_function_first_passes(run, folder):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    assert "1 new since last time: softmax\n  What to notice:" in run("check", cwd=folder).stdout
    for arguments in ((), ("ex01_softmax.py",)):
        done = run("check", *arguments, cwd=folder)
        assert "new since" not in done.stdout
        assert "What to notice" not in done.stdout
    everything = run("check", "--all", "ex01_softmax.py", cwd=folder)
    assert "✓ 9 more of the same kind" in everything.stdout
    assert "What to notice:" in everything.stdout


def test_a_damaged_memory_of_what_was_said_is_begun_again(run, folder):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    (folder / ".grader-seen.json").write_text('{"passed": ["softm')
    assert "1 new since last time" in run("check", cwd=folder).stdout
    assert json.loads((folder / ".grader-seen.json").read_text())["passed"] == ["softmax"]


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
