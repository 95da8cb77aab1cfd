"""Exercises as marimo notebooks: what they hold, how they are graded, how marimo runs them."""

import os
import re
import socket
import subprocess
import sys
import time

import pytest

from grader.learner.start import reset, start
from grader.plan_json import read_plan
from tests.support.course import ROOT
from tests.support.results import function_of
from tests.support.sites import chromium

RIGHT = "def softmax(Z):\n    E = np.exp(Z - Z.max(axis=0))\n    return E / E.sum(axis=0)"
WRONG = "def softmax(Z):\n    E = np.exp(Z)\n    return E / E.sum(axis=0)"


@pytest.fixture
def folder(tmp_path):
    """The exercises as `grader start --form marimo` lays them out."""
    start(tmp_path / "work", form="marimo")
    return tmp_path / "work"


def written(text, function):
    return re.sub(r"(?s)def softmax\(.*?written\"\)", function, text)


def test_each_function_is_followed_by_its_check(folder):
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        functions = re.findall(r"@app\.function\ndef (\w+)\(", text)
        checks = re.findall(r"^    check\((.*)\)$", text, re.MULTILINE)
        assert [name for name in functions if name in checks] == checks
        assert checks


def test_a_marimo_notebook_is_graded_like_a_script(folder, grade):
    text = (folder / "ex01_softmax.py").read_text(encoding="utf-8")
    result = grade({"ex01_softmax.py": written(text, RIGHT)})
    assert result.notes == ()
    assert function_of(result, "softmax").score == 12


def test_a_function_within_a_cell_is_graded_and_nothing_is_drawn(grade):
    cells = """
import marimo
app = marimo.App(width="medium")

@app.cell
def _():
    import numpy as np
    import scipy
    raise KeyError
    return (np,)

@app.cell
def _(np):
    def softmax(Z):
        E = np.exp(Z - Z.max(axis=0))
        return E / E.sum(axis=0)
    if __name__ == "__main__":
        while True:
            pass
    return (softmax,)

if __name__ == "__main__":
    app.run()
"""
    result = grade({"ex01_softmax.py": cells})
    assert function_of(result, "softmax").score == 12
    (note, other) = result.notes
    assert "scipy cannot be imported" in note
    assert "KeyError" in other


def test_one_is_reset_as_what_it_was(folder):
    plan = read_plan(ROOT / "exercises" / "checks.json")
    path = folder / "ex01_softmax.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(written(text, WRONG), encoding="utf-8")
    reset(folder, "ex01_softmax", plan)
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.slow
def test_marimo_finds_nothing_to_complain_of(folder):
    pytest.importorskip("marimo", reason="pip install marimo to try it")
    files = sorted(folder.glob("*.py"))
    command = [sys.executable, "-m", "marimo", "check", "--strict", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def page(folder, tmp_path):
    """A window of marimo's editor with the first exercise."""
    pytest.importorskip("marimo", reason="pip install marimo to try it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--headless", "--no-token", "--skip-update-check", "--no-sandbox"]
    command = [sys.executable, "-m", "marimo", "-q", "edit", *options, f"--port={port}"]
    environment = os.environ | {"HOME": str(tmp_path)}
    with chromium() as browser, (tmp_path / "log").open("w") as log:
        if browser is None:
            pytest.skip("there is no chromium here (apt install chromium)")
        server = subprocess.Popen(
            [*command, "ex01_softmax.py"], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            page = browser.new_page(viewport={"width": 1100, "height": 1400})
            page.set_default_timeout(60_000)
            _open(page, f"http://127.0.0.1:{port}/")
            yield page
        finally:
            server.terminate()
            server.wait(timeout=30)


def _open(page, address):
    from playwright.sync_api import Error

    for _ in range(60):
        try:
            page.goto(address)
        except Error:
            time.sleep(0.5)
        else:
            return
    raise AssertionError("marimo does not answer")


def write(page, function):
    page.locator(".cm-content", has_text="def softmax").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(function)
    page.keyboard.press("Control+Enter")


@pytest.mark.slow
def test_a_check_runs_again_by_itself(page):
    page.get_by_text("Your turn").last.scroll_into_view_if_needed()
    write(page, WRONG)
    page.keyboard.press("Control+Shift+r")
    page.locator(".softmax-grader", has_text="4 of 5 checks pass").wait_for()
    write(page, RIGHT)
    page.locator(".softmax-grader", has_text="5 of 5 checks pass").wait_for()
