"""What a check of a learner's files has found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.model import FunctionResult, SubmissionResult, Verdict
from grader.plan import Plan, PlannedCall, PlannedExercise, PlannedFunction

# The mistake of a function whose code uses an earlier one that fails (see `begin_with`).
EARLIER = "earlier_function"
NOT_BEGUN = (Verdict.NOT_ATTEMPTED, Verdict.MISSING)


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The result of checking a learner's files, and the plan with the checks."""

    plan: Plan
    result: SubmissionResult
    # What the learner's code printed, by function; under "" what it printed while it was loaded.
    outputs: Mapping[str, str]
    # Whether this system can limit memory.
    enforces_memory: bool
    # What there is to say about the files themselves.
    notes: tuple[str, ...] = ()

    @property
    def functions(self) -> tuple[FunctionResult, ...]:
        """The results, in the order of the course."""
        return self.result.functions

    @property
    def planned(self) -> dict[str, tuple[PlannedExercise, PlannedFunction]]:
        """The exercise and the plan of each function, by its name."""
        return {
            f.name: (exercise, f) for exercise in self.plan.exercises for f in exercise.functions
        }

    @property
    def which(self) -> str:
        """What the checks are called that were run, or will be once the public ones pass."""
        return "checks" if self.plan.more else "public checks"

    @property
    def passed(self) -> bool:
        """Whether every function passes its checks."""
        return all(function.verdict is Verdict.PASSED for function in self.functions)

    @property
    def passing(self) -> list[str]:
        """The names of the functions that pass their checks."""
        return [f.function for f in self.functions if f.verdict is Verdict.PASSED]

    @property
    def first(self) -> FunctionResult | None:
        """The function to go on with: the first that is begun and fails by itself, if any is."""
        left = [f for f in self.functions if f.verdict is not Verdict.PASSED]
        begun = [f for f in left if f.verdict not in NOT_BEGUN and not _waits(f)]
        return next(iter(begun or left), None)

    def call_of(self, function: FunctionResult, name: str) -> PlannedCall | None:
        """Return the call that a check fails on, else its first; None if it has none."""
        check = next(each for each in function.checks if each.name == name)
        exercises = self.plan.more if check.hidden else self.plan.exercises
        planned = next(f for e in exercises for f in e.functions if f.name == function.function)
        calls = next(each.calls for each in planned.checks if each.name == name)
        index = calls[0] if check.call is None and calls else check.call
        return None if index is None else planned.calls[index]


def _waits(function: FunctionResult) -> bool:
    """Tell whether a function may fail only by an earlier one, which is to be corrected first."""
    return function.misconception is not None and function.misconception.id == EARLIER
