"""Grade by this grader's engine within otter-grader, as a plugin: otter runs no learner's code.

Otter would run the submission and its tests in one kernel, where a submission can tamper with the
tests. So the plugin keeps otter from running it; when otter asks for the results, they come from
our engine, behind its wall. No exception leaves this plugin: otter would then write no results.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otter import __version__ as otter_version
from otter.plugins import AbstractOtterPlugin
from otter.test_files import GradingResults, TestCase
from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile

from grader.errors import GraderError
from grader.platforms.container.entries import handed_in
from grader.platforms.container.grade import GradedInContainer, grade_in_container, not_graded
from grader.platforms.otter.config import FILE, check_otter_config
from grader.results.terminal import as_text, line, show_function
from grader.text import points

if TYPE_CHECKING:
    from grader.model import FunctionResult
    from grader.results.screen import Screen

# The versions of otter in which `_take_over` is known to replace the right private function.
TESTED = ("7.0.0",)
LOG = ".OTTER_LOG"
_log = logging.getLogger(__name__)


class Plugin(AbstractOtterPlugin):  # type: ignore[misc]  # otter carries no types
    """The plugin that otter makes for one submission; it grades by the packed course.

    Otter calls `before_grading`, which keeps it from running the submission and starts our grading
    in a thread; then `before_execution`, where otter goes on to its kernel; then `after_grading`,
    which waits for our results and puts them in place of otter's. If grading fails, these say so.
    When an autograder is made, otter calls `during_generate` alone.
    """

    def __init__(self, submission_path: str, metadata: Any, config: Any) -> None:
        super().__init__(submission_path, metadata, config)
        self._restore: Callable[[], None] = lambda: None
        self._grading: Future[GradedInContainer] | None = None

    def during_generate(self, otter_config: dict[str, Any], _assignment: Any) -> None:
        """Refuse settings that otter would ignore silently. UsageError names them."""
        check_otter_config(otter_config)

    def before_grading(self, config: Any) -> None:
        """Keep otter from running the submission, let learners see our feedback, start grading."""
        # Otter unpickles the log in this process: its author could run code here.
        with suppress(OSError):
            Path(LOG).unlink()
        config.grade_from_log = False
        config.show_hidden = True
        config.force_public_test_summary = False
        if otter_version in TESTED and len(config.plugins) == 1:
            self._take_over()
        root = Path(self.submission_path).parent.parent
        # Read now: otter rewrites the file while we grade.
        otter_config = json.loads((root / "source" / FILE).read_text(encoding="utf-8"))
        # In a thread, because otter may start its kernel meanwhile.
        self._grading = ThreadPoolExecutor(1).submit(self._outcome, root, otter_config)

    def before_execution(self, _submission: Any) -> Any:
        """Give otter an empty notebook to run, where `_take_over` is not known to work."""
        import nbformat

        return nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]

    def after_grading(self, results: GradingResults) -> None:
        """Replace otter's results by ours."""
        self._restore()
        results.results = {}
        results._catastrophic_error = None  # noqa: SLF001  # there is no public name for it
        try:
            assert self._grading is not None
            fill(results, self._grading.result())
        except GraderError as error:
            fail(results, str(error))
        # Otter would write no results if this passed.
        except Exception as error:  # noqa: BLE001  # pragma: no cover  # only if the grader has a bug
            _log.exception("grading failed")
            fail(results, repr(error))

    def _outcome(self, root: Path, config: dict[str, Any]) -> GradedInContainer:
        check_otter_config(config)
        return grade_in_container(handed_in(root), root / "source" / "files")

    def _take_over(self) -> None:
        """Save otter the two seconds that it takes to start a kernel."""
        from otter.run.run_autograder.runners import python_runner

        graded_by_otter = python_runner.grade_notebook

        def grade_notebook(*_args: Any, plugin_collection: Any, **_kwargs: Any) -> GradingResults:
            results = GradingResults([])
            plugin_collection.run("after_grading", results)
            return results

        def restore() -> None:
            python_runner.grade_notebook = graded_by_otter

        python_runner.grade_notebook = grade_notebook
        self._restore = restore


def fill(results: GradingResults, outcome: GradedInContainer) -> None:
    """Write a graded submission into otter's results, with a test for each function."""
    for function in outcome.result.functions:
        text, passed = text_of(function, outcome), function.verdict == "passed"
        test = _test_file(function.function, function.max_score, text, passed=passed)
        results.results[function.function] = test
        results.update_score(function.function, function.score or 0.0)
    results.set_output(outcome.summary)


def fail(results: GradingResults, why: str) -> None:
    """Write into otter's results that nothing is graded, and why."""
    name = "not graded"
    text = not_graded(why)
    results.results = {name: _test_file(name, 0.0, text, passed=False)}
    results.set_output(text)


def text_of(function: FunctionResult, outcome: GradedInContainer) -> str:
    """Write the feedback on a function, as a terminal shows it."""

    def show(screen: Screen) -> None:
        show_function(function, outcome.plan.functions[function.function], "", screen)
        if function.how:
            got, most = points(function.score), points(function.max_score)
            line(screen, f"{got} of {most} points: {function.how}")

    return as_text(show)


def _test_file(name: str, points: float, text: str, *, passed: bool) -> ExceptionTestFile:
    """Make a test of otter's classes only: otter unpickles it where this package may be missing."""
    case = TestCase(
        name=name,
        body=None,
        hidden=False,
        points=points,
        success_message=text if passed else None,
        failure_message=None,
    )
    test = ExceptionTestFile(name, f"{name}.py", [case], all_or_nothing=False)
    test.test_case_results = [TestCaseResult(case, None if passed else text, passed)]
    return test
