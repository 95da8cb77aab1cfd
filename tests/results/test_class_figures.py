"""The figures of a class: whom they list, what they count, and when there is nothing to say."""

import io
import re
from xml.etree import ElementTree as ET

import msgspec
import numpy as np
import pytest
from rich.console import Console

from grader.model import Misconception, Override
from grader.results.figures import FEW, CheckFigures, ClassFigures
from grader.results.lists import MOST_LINES, MOST_NAMES, ShortList
from grader.results.pages import write_report
from grader.results.summary import MAX_LINES, summarise
from tests.support.results import result
from tests.support.submissions import SOFTMAX


class TestAClass:
    @pytest.fixture
    def many(self):
        """More learners than are listed by name, each with a mark by hand and a mistake."""
        override = Override(3.0, "", 1.0)
        mistake = Misconception("one_sum", "You divide by one sum.", "2 inputs")
        results = []
        for number in range(max(MOST_NAMES, MOST_LINES, MAX_LINES) + 2):
            one = result(f"s{number:04}", 3.0, mistake=mistake)
            function = msgspec.structs.replace(one.functions[0], override=override)
            results.append(msgspec.structs.replace(one, functions=(function,)))
        return results

    def test_of_which_only_the_first_are_listed(self, many, plan):
        figures = ClassFigures(plan)
        for one in many:
            figures.add(one)
        (mistake,) = figures.to_teach
        assert (len(mistake.learners.first), mistake.learners.more) == (
            MOST_NAMES,
            len(many) - MOST_NAMES,
        )
        assert figures.overrides.more == len(many) - MOST_LINES
        console = Console(file=io.StringIO(), width=200)
        summarise(figures, plan, console)
        printed = console.file.getvalue()
        assert printed.count("override: ") == MAX_LINES
        assert f"and {len(many) - MAX_LINES} more" in printed
        assert f"{len(many)} learners: softmax: You divide by one sum." in printed

    def test_of_which_one_was_not_graded(self, plan):
        figures = ClassFigures(plan)
        unknown = msgspec.structs.replace(result("bela", 3.0).functions[0], function="another")
        figures.add(msgspec.structs.replace(result("ada", None), notes=("the grader failed",)))
        figures.add(msgspec.structs.replace(result("bela", 3.0), functions=(unknown,)))
        assert figures.failures.first == [("ada", "the grader failed")]
        assert sum(f.graded for f in figures.functions.values()) == 0

    def test_of_which_all_have_the_same_points_gives_no_correlation(self, grade, plan):
        figures = ClassFigures(plan)
        right = grade({"ex01_softmax.py": SOFTMAX})
        wrong = grade({"ex01_softmax.py": "def softmax(Z):\n    return Z\n"})
        softmax = right.functions[0]
        unknown = msgspec.structs.replace(softmax, function="another")
        right = msgspec.structs.replace(right, functions=(softmax, unknown))
        for number in range(2 * FEW):
            figures.add(right if number % 2 else wrong)
        assert {check.discrimination for check in figures.checks.values()} == {None}

    def test_gives_the_correlation_of_passing_with_the_other_points(self):
        check = CheckFigures("f", "c", hidden=False, kind="value")
        rng = np.random.default_rng(1)
        passed, rest = rng.integers(0, 2, 2 * FEW), rng.normal(size=2 * FEW)
        for one, points in zip(passed, rest, strict=True):
            check.add(passed=bool(one), rest=float(points))
        assert check.discrimination == pytest.approx(np.corrcoef(passed, rest)[0, 1])

    def test_is_drawn_with_a_bar_for_each_score_and_each_function(self, plan, tmp_path):
        drawn = report_on([0.0, 3.0, 100.0, 100.0, 100.0], plan, tmp_path)
        scores = bars_in(re.search('(?s)<svg[^>]*class="histogram".*?</svg>', drawn)[0])
        # 20 bins of 5 points each.
        assert [round(height / max(scores["height"]), 2) for height in scores["height"]] == [
            0.67, *[0] * 18, 1,
        ]  # fmt: skip
        functions = map(bars_in, re.findall('(?s)<svg class="bar" role="img".*?</svg>', drawn))
        shares = [bars["width"][1] / bars["width"][0] for bars in functions]
        assert shares[-len(plan.names) :] == [0.6, *[0] * (len(plan.names) - 1)]

    def test_of_few_is_not_drawn(self, plan, tmp_path):
        assert 'class="histogram"' not in report_on([0.0, 3.0, 100.0, 100.0], plan, tmp_path)


def report_on(scores, plan, folder):
    """The page about a class with these points for softmax, and nothing else."""
    figures = ClassFigures(plan)
    for number, score in enumerate(scores):
        figures.add(result(f"s{number}", score))
    write_report(folder, figures, ShortList(), plan, isolation="none")
    return (folder / "report.html").read_text(encoding="utf-8")


def bars_in(plot):
    """The heights and widths of the bars in an SVG element."""
    bars = [each.attrib for each in ET.fromstring(plot) if each.tag == "rect"]  # noqa: S314  # ours
    return {name: [float(bar[name]) for bar in bars] for name in ("height", "width")}
