"""A learner's notebook in a real JupyterLab, in headless Chromium: cells run, pages looked at."""

import re
from pathlib import Path

import pytest

from grader.learner.start import start
from tests.support.jupyterlab import jupyterlab
from tests.support.results import function_of
from tests.support.sites import chromium, of_the_notebook, write

pytestmark = pytest.mark.slow

WRONG = "def softmax(Z):\n    E = np.exp(Z)\n    return E / E.sum(axis=0)"
RIGHT = "def softmax(Z):\n    E = np.exp(Z - Z.max(axis=0))\n    return E / E.sum(axis=0)"
ENDLESS = "def softmax(Z):\n    while True:\n        pass"
PATIENCE_MS = 180_000
NAME = "ex01_softmax.ipynb"


@pytest.fixture(params=["light", "dark"])
def page(request, tmp_path):
    """A window of JupyterLab with the first exercise."""
    pytest.importorskip("jupyterlab", reason="pip install jupyterlab to try it")
    start(tmp_path / "work", form="ipynb")
    (tmp_path / "home").mkdir()
    with chromium() as browser:
        if browser is None:
            pytest.skip("there is no chromium here (apt install chromium)")
        with jupyterlab(tmp_path / "work", tmp_path / "home", request.param) as address:
            page = browser.new_page(viewport={"width": 1100, "height": 1400})
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"{address}lab/tree/{NAME}")
            page.get_by_text("| Idle").wait_for()
            yield page


def checked(page, number=0):
    """What the first check, of the function, or the last, of all, shows."""
    return page.locator(".jp-RenderedHTMLCommon .softmax-grader").nth(number)


def axe_violations(page, scope):
    import axe_playwright_python.base as axe

    page.evaluate(axe.AXE_FILE_PATH.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run({scope!r}, {{resultTypes: ['violations', 'incomplete']}})")
    contrast = [v for v in found["incomplete"] if v["id"] == "color-contrast"]
    return [
        (v["id"], node["html"]) for v in (*found["violations"], *contrast) for node in v["nodes"]
    ]


def picture_of(page, name):
    """Keep a picture of the page where GRADER_PICTURES says, for people to look at."""
    import os

    if folder := os.environ.get("GRADER_PICTURES"):
        theme = page.locator("body").get_attribute("data-jp-theme-light")
        page.screenshot(path=Path(folder) / f"{name}-{'light' if theme == 'true' else 'dark'}.png")


def test_from_a_mistake_to_full_points(page, tmp_path, grade):
    notebook = of_the_notebook(page)
    write(page, "raise NotImplementedError", WRONG)
    notebook.run_all()
    page.locator(".softmax-grader .next").nth(1).wait_for()
    first = checked(page)
    assert "You take the exponential of the logits as they come." in first.inner_text()
    for words in ("The call, to copy", "A hint", "One more hint"):
        first.locator("summary:visible", has_text=words).first.click()
    assert "Z = np.array([[" in first.locator("pre.call").inner_text()
    hints = first.locator("details details p:visible").all_inner_texts()
    assert len(hints) == 1, "the third hint comes after the second"
    assert first.get_by_role("heading").all_inner_texts()[0].endswith("checks pass")
    first.scroll_into_view_if_needed()
    picture_of(page, "wrong")
    assert axe_violations(page, ".softmax-grader") == []
    drawn = page.locator(".jp-OutputArea-output img")
    drawn.or_(page.locator(".jp-OutputArea-output pre", has_text="temperature")).first.wait_for()
    for alternative in (image.get_attribute("alt") for image in drawn.all()):
        assert re.search(r"class 1: \S+ at 0.2", alternative)

    write(page, "def softmax", ENDLESS)
    notebook.run_all()
    page.get_by_text("no answer within 2 seconds").first.wait_for()
    write(page, "def softmax", RIGHT)
    notebook.run_all()
    page.locator(".softmax-grader .next", has_text="All public checks pass").nth(1).wait_for()
    checked(page).scroll_into_view_if_needed()
    picture_of(page, "right")
    assert axe_violations(page, ".softmax-grader") == []
    notebook.save()
    result = grade({NAME: (tmp_path / "work" / NAME).read_text(encoding="utf-8")})
    assert result.notes == ()
    assert function_of(result, "softmax").score == 12
