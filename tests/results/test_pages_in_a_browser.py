"""The pages in a real browser: hostile names and messages are inert, all can read them."""

import shutil

import pytest

from grader.intake.people import ClassSubmissions, Entry, Person
from grader.model import Misconception
from grader.results.figures import ClassFigures
from grader.results.lists import ShortList
from grader.results.pages import write_report
from tests.support import documents
from tests.support.results import result
from tests.support.submissions import write_class

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"
HOSTILE = f"""
import numpy as np
def softmax(Z):
    raise ValueError("{EVIL}" + "x" * 300)
def softmax_jacobian(z):
    a = np.exp(z) / np.exp(z).sum()
    return np.diagflat(a * (1 - a))
"""
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def browser():
    """Chromium, if this machine has one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        pytest.skip("the pages are not looked at: there is no chromium here (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def results(run, tmp_path_factory):
    """A class with hostile names and messages, graded."""
    folder = tmp_path_factory.mktemp("class")
    write_class(folder / "in", "ada", "bela")
    # A slash cannot stand in a file's name.
    name = EVIL.replace("/", "⁄")  # noqa: RUF001
    write_class(folder / "in", name, "=cmd", "W" * 120, source=HOSTILE)
    done = run(
        "grade",
        folder / "in",
        "--out",
        folder / "out",
        "--exercise",
        "ex01_softmax",
        "--exercise",
        "ex02_jacobian",
    )
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def pages(run, results):
    """The report, the page of a learner of each kind, and the report card of a course."""
    feedback = sorted((results / "feedback").glob("[!b]*.html"))  # Bela's is like Ada's
    course, audit = documents.write_toy(results.parent), results.parent / "audit.html"
    done = run("audit", "--course", course, "--html", audit)
    assert done.returncode == 0, done.stderr
    return [results / "report.html", *feedback, audit]


@pytest.fixture
def open_page(browser):
    """Open a file in the test's one window; whatever it asks for, says or runs is noted."""
    with browser.new_context() as context:
        page = context.new_page()
        page.trouble = []
        page.on("dialog", lambda dialog: (page.trouble.append("dialog"), dialog.dismiss()))
        page.on("console", lambda message: page.trouble.append(message.text))
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on("request", lambda request: page.trouble.append(request.url))

        def opened(path, *, width=1280, scheme="light"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.trouble.clear()
            page.goto(path.as_uri())
            assert page.trouble.pop(0) == path.as_uri()
            return page

        yield opened


def test_hostile_names_and_messages_are_shown_and_do_nothing(pages, open_page):
    shown = 0
    for path in pages:
        page = open_page(path)
        assert page.trouble == []
        assert page.locator("img, iframe, object, embed, link, base, form").count() == 0
        ours = 2 if path.name == "report.html" else int(path.parent.name != "feedback")
        assert page.locator("script").count() == ours
        shown += "<img src=x onerror=alert(1)>" in page.locator("body").inner_text()
    assert shown >= 3


def test_a_script_that_got_into_a_page_would_not_run(pages, open_page):
    """The policy is a second wall: tried with an element that the page does not hold."""
    page = open_page(pages[0])
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        " document.body.append(s)"
    )
    assert page.evaluate("window.ran") is None


# What is dark is as wide as what is light, unless somebody means it not to be.
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_no_page_is_wider_than_its_window(pages, open_page, width, scheme):
    for path in pages:
        page = open_page(path, width=width, scheme=scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path.name


@pytest.mark.parametrize("scheme", [SCHEMES[0], pytest.param(SCHEMES[1], marks=pytest.mark.slow)])
def test_axe_finds_no_violation(pages, open_page, scheme):
    import axe_playwright_python.base as axe

    source = axe.AXE_FILE_PATH.read_text(encoding="utf-8")
    for path in pages:
        page = open_page(path, scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
        page.evaluate(source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


def test_tables_are_sorted_by_the_keyboard(results, open_page):
    page = open_page(results / "report.html")
    head = page.locator("#table-learners th").filter(has_text="total")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    first = page.locator("#table-learners tbody tr").first
    assert "ada" not in first.inner_text()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert first.locator("th").inner_text() in ("ada", "bela")


def test_a_search_leaves_the_rows_that_match(results, open_page):
    page = open_page(results / "report.html")
    page.get_by_label("Search learners").fill("ADA")
    assert page.locator("#table-learners tbody tr:visible").count() == 1
    assert page.get_by_role("status").filter(has_text="1 of 5 rows").count() == 1


def test_a_name_leads_to_the_learners_page(results, open_page):
    page = open_page(results / "report.html")
    page.locator("#table-learners").get_by_role("link", name="ada").click()
    page.wait_for_url("**/feedback/ada.html")
    assert page.get_by_role("heading", level=1).inner_text() == "ada"


def test_a_learner_reads_points_mistake_picture_and_next_step(results, open_page):
    (path,) = (results / "feedback").glob("cmd~*.html")
    page = open_page(path)
    text = page.locator("main").inner_text()
    assert "softmax: 0 of 12 points" in text
    assert "You fill the diagonal" in text
    assert page.locator("table.grid td").count() == 9
    assert page.locator("table.grid td").first.inner_text().split() == ["=", "right"]
    begin = page.locator("header").inner_text()
    assert begin.rstrip().endswith("Next: correct softmax; begin with one_two_three below.")
    assert text.startswith("Your exercises")


def test_functions_that_were_not_handed_in_are_told_together(results, open_page):
    page = open_page(results / "feedback" / "ada.html")
    text = page.locator("main").inner_text()
    assert "was not handed in" not in text
    assert "Not handed in: 0 of 15 points" in text


def test_the_plots_have_names_and_no_style_of_their_own(results, open_page):
    page = open_page(results / "report.html")
    assert page.get_by_role("img", name="How many learners have how many points").count() == 1
    assert page.locator("svg:not([aria-label], [aria-hidden])").count() == 0
    assert page.locator("[style]").count() == 0


class TestAClassWithSections:
    """Three learners in two sections, two of whom make the same mistake; one handed in nothing."""

    @pytest.fixture
    def page(self, plan, tmp_path, open_page):
        people = {"ada": "Mon 10", "bela": "Tue 14", "carl": "Tue 14"}
        persons = {
            name: Person(email=f"{name}@x.org", section=one, in_roster=True)
            for name, one in people.items()
        }
        absent = [("dora", Person(name="Dora Maar", email="dora@x.org", section="Mon 10"))]
        entries = [Entry(name, [], person) for name, person in persons.items()]
        submissions = ClassSubmissions(entries, absent=absent, rostered=True)
        figures = ClassFigures(plan, submissions)
        mistake = Misconception("no_shift", "You do not shift. It overflows.", "2 inputs")
        for name, score in (("ada", 40.0), ("bela", 60.0), ("carl", 100.0)):
            figures.add(result(name, score, mistake=None if score == 100 else mistake))
        write_report(tmp_path, figures, ShortList(), plan, isolation="none")
        return open_page(tmp_path / "report.html")

    def test_the_lists_and_the_figures_are_those_of_the_section_that_is_chosen(self, page):
        rows = page.locator("#table-learners tbody tr:visible")
        cause = page.locator(".cause").first
        assert (rows.count(), cause.locator(".count").inner_text()) == (3, "2")
        page.get_by_label("Section").select_option("Tue 14")
        assert (rows.count(), cause.locator(".count").inner_text()) == (2, "1")
        assert page.locator("[data-figure=mean]").inner_text() == "80.0"
        assert page.locator("[data-figure=q2]").inner_text() == "80"
        assert page.locator(".concern").filter(visible=True).count() == 0
        assert page.locator("[data-figure=absent]").inner_text() == "0"
        page.get_by_label("Section").select_option("Mon 10")
        assert page.locator(".concern").filter(visible=True).count() == 1
        page.get_by_label("Section").select_option("all")
        assert (rows.count(), page.locator("[data-figure=n]").inner_text()) == (3, "3")

    def test_the_addresses_of_those_in_a_row_are_copied_with_the_keyboard(self, page):
        page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
        cause = page.locator(".cause").first
        cause.locator("summary").focus()
        page.keyboard.press("Enter")
        cause.get_by_role("button", name="Copy addresses").focus()
        page.keyboard.press("Enter")
        said = cause.get_by_role("status")
        said.filter(has_text="copied").wait_for()
        assert said.inner_text() == "Copied the addresses of 2 learners."
        assert page.evaluate("window.copied") == "ada@x.org, bela@x.org"

    def test_on_paper_everything_is_unfolded_and_folded_again(self, page):
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".cause .inside").first.is_visible()
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert not page.locator(".cause .inside").first.is_visible()
