"""Wherever results are shown, an exception is told in full once, with the checks it fails."""

import pytest

from grader.platforms.container.grade import GradedInContainer
from grader.platforms.container.pack import Settings
from grader.platforms.gradescope.results import results_of
from grader.results.pages import FeedbackPages, page_name
from grader.results.terminal import as_text, show_function

RAISES = "import numpy as np\ndef softmax(Z):\n    return Z @ np.ones((7, 1))\n"
FULL = "A matrix product needs as many columns"
UNREAD = "import numpy as np\ndef softmax(Z):\n    return (Z\n"
NOTE = "was never closed"


@pytest.fixture
def shown(grade, plan, tmp_path):
    """What a learner reads of files, in each form."""

    def texts(files):
        result = grade(files)
        with FeedbackPages(tmp_path, plan) as pages:
            pages.add(result)
        yield "page", (tmp_path / "feedback" / page_name("ada")).read_text(encoding="utf-8")
        softmax, planned = result.functions[0], plan.functions["softmax"]
        yield "terminal", as_text(lambda c: show_function(softmax, planned, "", c))
        graded = GradedInContainer(result, plan, Settings())
        yield "summary", results_of(graded).output
        yield "gradescope", results_of(graded).tests[0].output
        otter = pytest.importorskip("grader.platforms.otter.plugin")
        yield "otter", otter.text_of(softmax, graded)

    return lambda files: {name: " ".join(text.split()) for name, text in texts(files)}


def test_an_exception_is_told_once_with_the_checks_that_it_fails(shown):
    texts = shown({"ex01_softmax.py": RAISES})
    # One exception has one count, of its public checks in the summary that shows only these.
    assert {name: text.count(FULL) for name, text in texts.items()} == dict.fromkeys(texts, 1)
    for name, text in texts.items():
        others = "4 other checks" if name.startswith("summary") else "other checks"
        assert f"{others} by the same exception: " in text, name
        assert "it raised the same" not in text, name


def test_a_hint_asks_nothing_of_a_function_that_raises(shown, plan):
    hints = {check.hint for check in plan.exercises[0].functions[0].checks} - {""}
    assert hints
    for name, text in shown({"ex01_softmax.py": RAISES}).items():
        assert not any(hint in text for hint in hints), name


def test_what_keeps_a_function_from_being_loaded_is_told_once(shown):
    texts = shown({"ex01_softmax.py": UNREAD})
    assert {name: text.count(NOTE) for name, text in texts.items()} == dict.fromkeys(texts, 1)
