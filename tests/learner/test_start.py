"""Getting the exercises, in one form, and getting one of them again."""

import pytest

from tests.support.course import ROOT
from tests.support.submissions import SOFTMAX
from tests.support.terminal import Terminal


@pytest.mark.parametrize(("form", "suffix"), [("py", ".py"), ("ipynb", ".ipynb")])
def test_start_lays_out_one_form_and_says_what_to_do(run, tmp_path, form, suffix):
    done = run("start", tmp_path / "work", "--form", form)
    assert done.returncode == 0
    names = {path.name for path in (ROOT / "exercises").iterdir()}
    others = {"README.md", "checks.json"}
    wanted = {name for name in names if name.endswith(suffix)} | others
    assert {path.name for path in (tmp_path / "work").iterdir()} == wanted
    assert f"grader check ex01_softmax{suffix}" in done.stdout


def test_start_asks_for_the_form_in_a_terminal(tmp_path):
    with Terminal("start", "work", cwd=tmp_path) as terminal:
        terminal.until("Scripts for an editor, or notebooks for Jupyter?")
        terminal.press("notebooks\n")
        terminal.until("--watch ex01_softmax.ipynb")
    assert not list((tmp_path / "work").glob("*.py"))


def test_start_without_a_terminal_takes_scripts_and_says_so(run, tmp_path):
    done = run("start", tmp_path / "work")
    assert "these are scripts; for notebooks, add: --form ipynb" in done.stdout
    assert not list((tmp_path / "work").glob("*.ipynb"))


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


class TestReset:
    def test_puts_an_exercise_back_and_keeps_what_it_held(self, run, folder):
        template = (folder / "ex01_softmax.py").read_text(encoding="utf-8")
        (folder / "ex01_softmax.py").write_text(SOFTMAX)
        done = run("reset", "ex01_softmax", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert (folder / "ex01_softmax.py").read_text(encoding="utf-8") == template
        kept = folder / ".grader-kept" / "1" / "ex01_softmax.py"
        assert kept.read_text() == SOFTMAX
        assert "what it held is kept in .grader-kept/1/ex01_softmax.py" in done.stdout

    def test_can_be_undone_and_that_too(self, run, folder):
        template = (folder / "ex01_softmax.py").read_text(encoding="utf-8")
        (folder / "ex01_softmax.py").write_text(SOFTMAX)
        run("reset", "ex01_softmax", cwd=folder)
        for text in (SOFTMAX, template, SOFTMAX):
            done = run("reset", "ex01_softmax.py", "--undo", cwd=folder)
            assert done.returncode == 0, done.stderr
            assert (folder / "ex01_softmax.py").read_text(encoding="utf-8") == text

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("ex01_softmax",), "ex01_softmax.py is already as it was handed out"),
            (("ex01_softmax", "--undo"), "was never reset, so there is nothing to go back to"),
            (("ex99",), "no exercise is called 'ex99'; choose from ex01_softmax"),
            (("ex02_jacobian",), "ex02_jacobian is not in"),
        ],
    )
    def test_says_what_there_is_nothing_to_reset(self, run, folder, arguments, words):
        (folder / "ex02_jacobian.py").unlink()
        done = run("reset", *arguments, cwd=folder)
        assert done.returncode == 2
        assert words in done.stderr
        assert not (folder / ".grader-kept").exists()
