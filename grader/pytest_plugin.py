"""`pytest EXERCISE.py`: each public check is an item, with the messages of `grader check`.

The plugin comes with the package and does nothing in folders without exercise files;
`-p no:softmax_grader` turns it off. pytest does not import learners' code: it runs in the same kind
of process as with `grader check`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.learner.checked import CheckedFiles
    from grader.model import FunctionResult
    from grader.plan import PlannedCheck, PlannedFunction
    from grader.results.screen import Screen

# Not imported from grader.plan, which would make every run of pytest import NumPy.
CHECKS = "checks.json"
SUFFIXES = (".py", ".ipynb")


class CheckFailedError(Exception):
    """A public check does not pass."""


class ExerciseFile(pytest.File):
    """An exercise file of a learner; its code runs when the first of its checks does."""

    _checked: CheckedFiles | None = None

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield the functions of the exercise. CollectError when the checks cannot be read."""
        from grader.learner.folder import checks_path
        from grader.plan_json import read_plan

        try:
            plan = read_plan(checks_path(self.path.parent))
        except GraderError as error:
            raise self.CollectError(str(error)) from error
        for exercise in plan.exercises:
            if exercise.slug == self.path.stem:
                for function in exercise.functions:
                    yield ExerciseFunction.from_parent(self, name=function.name, planned=function)

    @property
    def checked(self) -> CheckedFiles:
        """The results of the public checks of this file, which run when first asked for."""
        if self._checked is None:
            from grader.engine.own import lane_for_own_code
            from grader.learner.check import check_files

            with lane_for_own_code() as lane:
                self._checked = check_files([self.path], lane)
        return self._checked


class ExerciseFunction(pytest.Collector):
    """A function of an exercise."""

    def __init__(self, *, planned: PlannedFunction, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.planned = planned

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the public checks of the function."""
        for check in self.planned.checks:
            yield CheckItem.from_parent(self, name=check.name, planned=check)


class CheckItem(pytest.Item):
    """A public check."""

    parent: ExerciseFunction

    def __init__(self, *, planned: PlannedCheck, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.planned = planned

    def runtest(self) -> None:
        """Raise the message of `grader check` when the check does not pass."""
        from grader.model import NEUTRAL, Verdict

        file = self.parent.parent
        assert isinstance(file, ExerciseFile)
        name = self.parent.name
        function = next(f for f in file.checked.functions if f.function == name)
        result = next(check for check in function.checks if check.name == self.name)
        if (
            result.verdict is Verdict.NOT_RUN
        ):  # pragma: no cover  # only where memory is not limited
            pytest.skip(result.message)
        if result.verdict is not Verdict.PASSED:
            failed = (c.name for c in function.checks if c.verdict not in NEUTRAL)
            output = file.checked.outputs.get(name, "")
            if explained := self.name == next(failed, ""):
                self.add_report_section("call", "output of your code", output)
            raise CheckFailedError(_text(file.checked, function, self.planned, explained=explained))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the message only: a traceback of the grader would not help a learner."""
        if isinstance(excinfo.value, CheckFailedError | GraderError):
            return str(excinfo.value)
        return super().repr_failure(
            excinfo, style
        )  # pragma: no cover  # only if the grader has a bug

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the name of the item in pytest's output."""
        return self.path, None, f"{self.parent.name}: {self.name}"


def _text(
    checked: CheckedFiles, function: FunctionResult, check: PlannedCheck, *, explained: bool
) -> str:
    """Return the message of `grader check`; `explained` adds what is shown once per function."""
    from grader.learner.overview import show_notes
    from grader.results.screen import as_text
    from grader.results.terminal import show_failure

    def show(screen: Screen) -> None:
        if explained:
            show_notes(checked, screen)
        show_failure(function, check, screen, explained=explained)

    return as_text(show)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect exercise files as such, not as Python modules."""
    others = yield
    if file_path.suffix not in SUFFIXES or not _is_exercise(file_path):
        return others
    if _is_left_alone(file_path) and not parent.session.isinitpath(file_path):
        return []
    return [ExerciseFile.from_parent(parent, path=file_path)]


def _is_left_alone(path: Path) -> bool:
    """Tell whether this is the form of an exercise that nobody works in, beside the other one."""
    if not any(path.with_suffix(suffix).is_file() for suffix in {*SUFFIXES} - {path.suffix}):
        return False
    from grader.learner.folder import checks_path, files_of
    from grader.plan_json import read_plan

    try:
        return path not in files_of(path.parent, path.stem, read_plan(checks_path(path.parent)))
    except GraderError:
        # Collecting the file says so.
        return False


def _is_exercise(path: Path) -> bool:
    """Tell whether a file is named after an exercise of the checks beside it or in the package."""
    if (path.parent / CHECKS).is_file():
        return path.stem in _slugs(path.parent / CHECKS)
    return path.stem in _packaged_slugs()


@cache
def _slugs(checks: Path) -> frozenset[str]:
    from grader.errors import UsageError
    from grader.plan_json import read_plan

    try:
        return frozenset(read_plan(checks).slugs)
    except UsageError:
        # A broken file, or another program's: only the names of the exercises can tell.
        return _packaged_slugs()


@cache
def _packaged_slugs() -> frozenset[str]:
    """List the exercises by their files' names: reading the checks would slow every pytest run."""
    package = Path(__file__).parent
    for folder in (package / "exercises", package.parent / "exercises"):
        if (folder / CHECKS).is_file():
            return frozenset(path.stem for path in folder.glob("*.ipynb"))
    return frozenset()  # pragma: no cover  # a broken installation
