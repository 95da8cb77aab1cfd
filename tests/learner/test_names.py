"""Files called otherwise than an exercise, and exercises named without their file's ending."""

import pytest

from tests.support.submissions import SOFTMAX


def test_an_exercise_is_named_without_its_ending(run, folder):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    assert run("check", "ex01_softmax", cwd=folder).returncode == 0


def test_of_a_file_with_another_name_only_what_is_in_it_is_checked(run, folder):
    (folder / "softmax.py").write_text(SOFTMAX)
    done = run("check", "softmax.py", cwd=folder)
    words = "! softmax.py is not the name of an exercise; did you mean ex01_softmax.py?"
    assert words in done.stdout
    assert "✓ softmax: 14 of 14 checks pass" in done.stdout
    assert "softmax_jacobian" not in done.stdout
    assert "not handed in" not in done.stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ex01_softmx.py", "did you mean ex01_softmax.py?"),
        ("notes.py", "the exercises are ex01_softmax, ex02_jacobian"),
    ],
)
def test_a_file_without_any_function_of_the_course_is_refused(run, folder, name, words):
    (folder / name).write_text("x = 1\n")
    done = run("check", name, cwd=folder)
    assert done.returncode == 2
    assert f"{name} has no function of any exercise; {words}" in done.stderr


def test_a_file_that_does_not_exist_is_likely_another(run, folder):
    done = run("check", "ex01_sofmax.py", cwd=folder)
    assert "ex01_sofmax.py does not exist; did you mean ex01_softmax.py?" in done.stderr


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "def softmax(Z):\n    a = 1\n\treturn a\n",
            "in indentation: return a. Indent with spaces only: this line has tabs where others",
        ),
        (
            "def softmax(Z):\n    a = 1\n      return a\n",
            "line 3: IndentationError: unexpected indent: return a. This line stands further right",
        ),
        ("def softmax(Z)\n    return Z\n", "line 1: SyntaxError: expected ':': def softmax(Z)"),
    ],
)
def test_an_error_in_a_file_is_told_once_with_its_line(run, folder, source, words):
    (folder / "ex01_softmax.py").write_text(source)
    for arguments in ((), ("ex01_softmax.py",)):
        done = run("check", *arguments, cwd=folder)
        assert done.stdout.count(words) == 1
        assert done.stdout.count("Error") == 1, done.stdout


def test_what_others_cannot_import_for_it_is_not_told_beside_it(run, folder):
    (folder / "ex01_softmax.py").write_text("def softmax(Z)\n    return Z\n")
    done = run("check", cwd=folder)
    assert "ImportError" not in done.stdout
    assert "ImportError: cannot import name" in run("check", "ex02_jacobian", cwd=folder).stdout


def test_a_folder_without_exercises_says_where_to_get_them(run, tmp_path):
    assert "there is no exercise file in" in run("check", cwd=tmp_path).stderr


def test_a_file_like_no_other_is_no_guess(run, folder):
    assert (
        "zzz.py does not exist; name an exercise file" in run("check", "zzz.py", cwd=folder).stderr
    )


def test_an_error_that_stops_several_functions_is_told_once(run, folder):
    (folder / "ex03_cross_entropy.py").write_text("def cross_entropy(A, Y)\n    return 1\n")
    done = run("check", "ex03_cross_entropy.py", cwd=folder)
    assert done.stdout.count("SyntaxError") == 1
    assert "for the same reason as cross_entropy" in done.stdout
