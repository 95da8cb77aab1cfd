"""Show the results of checks below a cell: as HTML, and as the text of `grader check`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.judge.code import call_code
from grader.judge.words import next_step
from grader.learner.hints import hints_of
from grader.model import FunctionResult, Verdict
from grader.plan import PlannedFunction
from grader.results.templating import environment, text_of
from grader.results.terminal import as_text, failing_check, headline, line, show_function

if TYPE_CHECKING:
    from grader.results.screen import Screen

IN_A_BROWSER = (
    "In a browser neither the time nor the memory that your code takes is limited. If a check never"
    " ends, choose Restart Kernel in the menu Kernel, correct the loop, and run your cells again."
)
NOTHING_LEFT = "All public checks pass. Your instructor's run has further checks, on other inputs."


@dataclass(frozen=True, slots=True)
class CheckedFunction:
    """The result of the public checks of one function, and what its code printed meanwhile."""

    result: FunctionResult
    planned: PlannedFunction
    printed: str = ""

    @property
    def passed(self) -> bool:
        """Whether all public checks pass."""
        return self.result.verdict is Verdict.PASSED

    @property
    def failing_call(self) -> str:
        """The call to begin with, as code to paste; empty where none fails."""
        failing = failing_check(self.result)
        if failing is None or failing.call is None:
            return ""
        return call_code(self.planned, self.planned.calls[failing.call])

    @property
    def hints(self) -> list[str]:
        """The hints that fit what fails, in the order to give them."""
        return hints_of(self.result, self.planned)


@dataclass(frozen=True, slots=True)
class Checked:
    """The results of the public checks of some functions; a notebook shows them as HTML.

    In an `overview` only the first function that does not pass is shown in full.
    """

    functions: tuple[CheckedFunction, ...]
    overview: bool = False

    @property
    def passed(self) -> bool:
        """Tell whether all public checks pass."""
        return all(function.passed for function in self.functions)

    @property
    def next(self) -> str:
        """The one thing to do next, in a sentence."""
        return next_step([function.result for function in self.functions]) or NOTHING_LEFT

    @property
    def mistake(self) -> str:
        """The recognised mistakes, in words for a learner; empty if there are none."""
        mistakes = (function.result.misconception for function in self.functions)
        return "\n\n".join(mistake.message for mistake in mistakes if mistake is not None)

    @property
    def limits(self) -> str:
        """What is not limited here, and what to do then; empty where a cell can be stopped."""
        return IN_A_BROWSER if sys.platform == "emscripten" else ""

    @property
    def in_full(self) -> tuple[CheckedFunction, ...]:
        """The functions whose checks are shown one by one."""
        if not self.overview:
            return self.functions
        return tuple(function for function in self.functions if not function.passed)[:1]

    def _repr_html_(self) -> str:
        from markupsafe import Markup

        template = environment().get_template("notebook.html")
        style = Markup(text_of("notebook.css"))  # noqa: S704  # a file of this package
        return template.render(checked=self, notebook_style=style)

    def __repr__(self) -> str:
        return as_text(self._show)

    def _show(self, screen: Screen) -> None:
        for function in self.functions:
            if function in self.in_full:
                show_function(function.result, function.planned, function.printed, screen)
            else:
                line(screen, headline(function.result))
        if self.limits:
            line(screen, "", self.limits)
        line(screen, "", self.next)
