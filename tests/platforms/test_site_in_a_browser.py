"""A built site in headless Chromium, without a network: from the start page to the graded file.

Pyodide, its NumPy and an older JupyterLite come from a package registry. The stand-in for msgspec
in `browser/` proves nothing about msgspec itself: its own wheel is tried in a newer Pyodide, for
which there is no NumPy on a registry.
"""

import html
import json
import re
import shutil
import subprocess
import sys

import pytest

from grader.notebook.shown import IN_A_BROWSER
from tests.support import browser as parts_of
from tests.support.course import ROOT
from tests.support.sites import SOFTMAX_LINK, chromium, of_the_notebook, served, write

pytestmark = pytest.mark.slow

SCRIPTS = ROOT / "tests" / "platforms" / "browser"
WRONG = "def softmax(Z):\n    E = np.exp(Z)\n    return E / E.sum(axis=0)"
RIGHT = "def softmax(Z):\n    E = np.exp(Z - Z.max(axis=0))\n    return E / E.sum(axis=0)"
ENDLESS = "def softmax(Z):\n    while True:\n        pass"
# The page of a check, and how long a busy machine may take to get there.
CHECKED, PATIENCE_MS = ".softmax-grader .next", 240_000


@pytest.fixture(scope="module")
def parts(request):
    """Pyodide, wheels and JupyterLite, kept between runs."""
    folder = request.config.cache.mkdir("browser") / "parts"
    try:
        return parts_of.parts_in(folder)
    except parts_of.MissingError as error:
        pytest.skip(f"no site in a browser is tried, since pip has not got what it needs: {error}")


@pytest.fixture(scope="module")
def site(parts, tmp_path_factory):
    """A site that needs nothing from elsewhere."""
    out = tmp_path_factory.mktemp("site") / "site"
    parts_of.build(parts, out)
    return out


@pytest.fixture(scope="module")
def address(site):
    with served(site) as address:
        yield address


@pytest.fixture
def page(address):
    """A window of a new browser; whatever it asks for elsewhere fails the test."""
    with chromium() as browser:
        if browser is None:
            pytest.skip("there is no chromium here (apt install chromium)")
        context = browser.new_context(accept_downloads=True)
        elsewhere = []
        context.on("request", lambda request: elsewhere.append(request.url))
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        yield page
        own = (address, "data:", "blob:")
        assert [url for url in elsewhere if not url.startswith(own)] == []


def axe_violations(page, scope):
    import axe_playwright_python.base as axe

    page.evaluate(axe.AXE_FILE_PATH.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run({scope!r}, {{resultTypes: ['violations']}})")
    return [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]]


def test_from_the_start_page_to_the_graded_file(page, address, run, tmp_path):
    assert axe_violations(page, "body") == []
    page.get_by_role("button", name="Download my work").click()
    page.get_by_label("Your name").fill("ada")
    page.get_by_role("button", name="Download my work").click()
    page.locator("#said", has_text="There is nothing to hand in yet").wait_for()

    page.get_by_role("link", name=SOFTMAX_LINK).click()
    notebook = of_the_notebook(page)
    write(page, "raise NotImplementedError", WRONG)
    notebook.run_all()
    page.locator(CHECKED).nth(1).wait_for()
    told = page.locator(".softmax-grader").first.inner_text()
    assert "You take the exponential of the logits as they come." in told
    assert IN_A_BROWSER in told
    assert axe_violations(page, ".softmax-grader") == []

    write(page, "def softmax", RIGHT)
    notebook.run_all()
    page.locator(CHECKED, has_text="All public checks pass").nth(1).wait_for()
    notebook.save()

    page.goto(address)
    state = page.locator("li .state").first
    page.get_by_text("the last check said: All public checks pass").wait_for()
    assert state.inner_text().startswith("kept in this browser")
    assert page.get_by_role("button", name="Begin again").count() == 1
    assert axe_violations(page, "body") == []
    page.get_by_label("Your name").fill("../ada")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my work").click()
    assert download.value.suggested_filename == "__ada.zip"
    download.value.save_as(tmp_path / "ada.zip")
    done = run("grade", tmp_path / "ada.zip", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (line,) = (tmp_path / "out" / "results.jsonl").read_text().splitlines()
    result = json.loads(line)
    assert result["student"] == "ada"
    assert result["notes"] == []
    assert [f["score"] for f in result["functions"][:2]] == [12.0, 0.0]

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Begin again").click()
    page.locator("li .state", has_text="not begun").nth(6).wait_for()
    page.get_by_role("link", name=SOFTMAX_LINK).click()
    of_the_notebook(page)
    page.locator(".cm-content", has_text="raise NotImplementedError").wait_for()


def test_an_endless_loop_ends_with_the_kernel(page):
    page.get_by_role("link", name=SOFTMAX_LINK).click()
    notebook = of_the_notebook(page)
    page.locator(".jp-MarkdownCell", has_text="choose Restart Kernel in the menu Kernel").wait_for()
    write(page, "raise NotImplementedError", ENDLESS)
    notebook.run_all()
    notebook.wait_until_the_rest_is_busy(cells=3)
    notebook.restart()
    write(page, "def softmax", RIGHT)
    notebook.run_all()
    page.locator(CHECKED, has_text="All public checks pass").nth(1).wait_for()


def in_node(pyodide, folder, script, *packages):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here (apt install nodejs)")
    command = [node, SCRIPTS / "node.mjs", pyodide, folder, script, *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# Numbers of another length than float64's are others there: long doubles are no longer, and
# float32's exponential is rounded otherwise, so that this mistake stays without its name.
OF_THE_MACHINE = {
    "ex01_softmax_mistakes/softmax__long_double_without_shift",
    "ex03_cross_entropy_mistakes/cross_entropy_from_logits__long_double_without_shift",
    "ex06_network_mistakes/forward__float32_inside",
}


def test_check_tells_in_a_browser_what_it_tells_elsewhere(parts, site, tmp_path, course):
    """All listed mistakes and alternatives; only the last digits of NumPy may differ."""
    for exercise in course.exercises:
        for name in ("mistakes.py", "alternatives.py"):
            path = exercise.folder / name
            shutil.copy(path, tmp_path / f"{exercise.slug}_{name}")
    for wheel in (site / "pypi").glob("*.whl"):
        shutil.copy(wheel, tmp_path)
    subprocess.run([sys.executable, SCRIPTS / "tell.py", tmp_path], check=True, cwd=ROOT)
    in_node(parts.pyodide, tmp_path, SCRIPTS / "tell.py", "numpy")
    here = json.loads((tmp_path / "told-linux.json").read_text())
    there = json.loads((tmp_path / "told-emscripten.json").read_text())
    assert len(here) > 1000
    limits = f'<p class="quiet">{html.escape(IN_A_BROWSER)}</p>\n'
    assert all(limits in page for page in there.values())
    pages = {name: page.replace(limits, "") for name, page in there.items()}
    different = {name for name in here if alike(here[name]) != alike(pages[name])}
    assert different == OF_THE_MACHINE


def alike(page):
    """A page without the number of the largest of equal errors, and the width of whole numbers."""
    page = re.sub(r"entry \([\d, ]+\) is \S+, should be \S+", "an entry is wrong", page)
    return page.replace("int32", "int64")


def test_msgspec_itself_works_in_a_newer_pyodide(site, run, tmp_path):
    try:
        pyodide = parts_of.newer_pyodide(tmp_path)
    except (parts_of.MissingError, OSError) as error:
        pytest.skip(f"msgspec is not tried in Pyodide, since it cannot be had: {error}")
    shutil.copy(next((site / "pypi").glob("softmax_grader-*.whl")), tmp_path)
    (tmp_path / "ada.py").write_text(f"import numpy as np\n{RIGHT}\n")
    one = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions")
    assert run("grade", tmp_path / "ada.py", "--out", tmp_path / "out", *one).returncode == 0
    shutil.copy(tmp_path / "out" / "results.jsonl", tmp_path)
    assert in_node(pyodide, tmp_path, SCRIPTS / "decode.py").split() == [
        "emscripten",
        "ada",
        "True",
    ]


def test_a_site_of_the_newest_jupyterlite_opens_its_notebooks(run, tmp_path):
    """Without its kernel: it would ask for Pyodide, and for nothing else elsewhere."""
    out = tmp_path / "site"
    done = run("site", "build", "--course", ROOT / "solutions", "--out", out)
    assert done.returncode == 0, done.stderr
    with served(out) as address, chromium() as browser:
        if browser is None:
            pytest.skip("there is no chromium here (apt install chromium)")
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        elsewhere = []
        page.route(
            lambda url: not url.startswith(address),
            lambda route: (elsewhere.append(route.request.url), route.abort()),
        )
        page.goto(address)
        page.get_by_role("link", name=SOFTMAX_LINK).click()
        page.locator(".cm-content", has_text="raise NotImplementedError").wait_for()
        assert [url for url in elsewhere if not url.startswith("https://cdn.jsdelivr.net/")] == []
