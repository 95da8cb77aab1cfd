"""Run one submission in a lane: load it, call its functions, replace children that end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

from grader import wire
from grader.engine.lane import PIPELINE_BYTES, ChildGone, Lane, OutOfTime, Process
from grader.errors import SandboxError
from grader.model import Died, Limits, NotLoaded, Outcome, Raised, Returned, Submission, TimedOut

# Statements that end or hang the process are skipped one by one, then the file as a whole.
MAX_KILLERS = 8
WHOLE_FILE = -1
MAX_LOADS = 40
MAX_PROGRESS = 50_000
TIMEOUTS_PER_FUNCTION = 2


class EncodedCall(NamedTuple):
    """A call as it is sent, and the number by which its answer names it."""

    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class LoadProblem:
    """A statement that failed, hung or ended the process; what is around it still counts."""

    file: str
    label: str
    line: int
    what: str
    text: str = ""
    # It ended or stopped the process, so that what is behind it may not have been looked at.
    fatal: bool = False


class Session:
    """One submission, loaded in one child after another. Use it as a context manager."""

    def __init__(
        self,
        lane: Lane,
        submission: Submission,
        *,
        functions: tuple[str, ...],
        exercises: tuple[str, ...],
        limits: Limits,
        echo: bool = False,
    ) -> None:
        self.lane = lane
        self.submission = submission
        self.functions = functions
        self.exercises = exercises
        self.limits = limits
        self.echo = echo
        self._labels = {cell.label for source in submission.sources for cell in source.cells}
        self._labels |= {"", *(source.name for source in submission.sources)}
        self.chosen: dict[str, str] = {}
        self.skip: list[tuple[int, int]] = []
        self.killers: list[LoadProblem] = []
        self.loaded = wire.Loaded((), (), ())
        self._first_errors: tuple[wire.LoadError, ...] | None = None
        self._child: Process | None = None
        self._stack = ExitStack()
        self._began = time.monotonic()
        self._child_began = self._began
        self._spent_cpu_s = 0.0

    def __enter__(self) -> Self:
        self._ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop_child()

    @property
    def problems(self) -> list[LoadProblem]:
        """What went wrong while loading, in the order of the files."""
        # Those of the first load: a later one could tell what the calls in between have seen.
        errors = self._first_errors or ()
        found = [_problem(error, self.submission) for error in errors]
        return [*self.killers, *found]

    def choose(self, function: str, file: str) -> None:
        """From now on `import` gives the `function` of this file."""
        self.chosen[function] = file
        self._drop_child()

    def restart(self) -> None:
        """Make the next calls in a new child: what earlier ones have left behind is forgotten."""
        self._drop_child()

    def call(
        self,
        file: str,
        function: str,
        frames: Sequence[EncodedCall],
        *,
        before: Collection[Outcome] = (),
    ) -> list[Outcome]:
        """The outcome of each of these calls, in order. One that ends the child costs only itself.

        The first call that runs out of time is tried once more, alone, because the machine may have
        been busy. No further calls are made once two have run out of time, or one if none before it
        was answered; `before` are the outcomes of earlier calls of this function.
        """
        outcomes: dict[int, Outcome] = {}
        waiting = deque(frames)
        retried = any(isinstance(outcome, TimedOut) for outcome in before)
        alone = False
        while waiting:
            rest = self._reason_to_stop(file, function, [*before, *outcomes.values()])
            if rest is not None:
                outcomes.update((frame.number, rest) for frame in waiting)
                break
            failure = self._pipelined([waiting[0]] if alone else waiting, outcomes)
            alone = False
            while waiting and waiting[0].number in outcomes:
                waiting.popleft()
            if failure is None:
                continue
            if isinstance(failure, TimedOut) and not retried:
                retried = alone = True
                continue
            outcomes[waiting.popleft().number] = failure
        return [outcomes[frame.number] for frame in frames]

    def _reason_to_stop(
        self, file: str, function: str, outcomes: Collection[Outcome]
    ) -> Outcome | None:
        """Why no further call of this function is made, or None."""
        timeouts = sum(isinstance(outcome, TimedOut) for outcome in outcomes)
        if timeouts >= TIMEOUTS_PER_FUNCTION or 0 < timeouts == len(outcomes):
            return TimedOut("earlier calls", called=False)
        if not self._ready():  # pragma: no cover  # it ran out at this moment
            return TimedOut("the submission's earlier parts", called=False)
        if not any(d.file == file and d.function == function for d in self.loaded.definitions):
            return NotLoaded(f"{function} was not there when {file} was loaded again")
        return None

    def _pipelined(
        self, frames: Iterable[EncodedCall], outcomes: dict[int, Outcome]
    ) -> Outcome | None:
        """Make these calls; what befell the first one that did not come back, or None.

        Only calls of one function are ever in the pipe together: no input that waits there may be
        the answer to the call before it.
        """
        child = self._child
        assert child is not None
        unsent = deque(frames)
        sent: deque[EncodedCall] = deque()
        in_flight = 0
        try:
            while unsent or sent:
                batch = []
                while unsent and (
                    in_flight == 0 or in_flight + len(unsent[0].data) <= PIPELINE_BYTES
                ):
                    batch.append(unsent.popleft())
                    in_flight += len(batch[-1].data)
                sent.extend(batch)
                try:
                    child.send(b"".join(frame.data for frame in batch), wall_s=self._call_wall_s)
                except ChildGone:  # pragma: no cover  # it ended before it was asked
                    # What it answered before it ended still waits to be read.
                    unsent.clear()
                outcomes[sent[0].number] = self._answer(child, sent[0].number)
                in_flight -= len(sent.popleft().data)
        except OutOfTime as error:
            self._drop_child()
            return TimedOut(str(error))
        except ChildGone:
            how = child.how_it_ended()
            self._drop_child()
            return Died(how)
        return None

    def _answer(self, child: Process, number: int) -> Outcome:
        reply = self._received(child, self.limits.call_cpu_s)
        match reply:
            case wire.ReturnedReply(number=answered) if answered == number:
                return Returned(reply.value, reply.mutated, reply.output)
            case wire.RaisedReply(number=answered) if answered == number:
                return Raised(reply.error, reply.output)
        raise ChildGone("it answered another call")

    def _received(self, child: Process, limit_s: float) -> wire.Reply:
        """The child's next message, within this much CPU time and what is left of the submission's.

        How much was left is not told: a learner's code can choose it by how long it takes, and so
        write a hidden input into it.
        """
        wall_limit_s = limit_s * self.limits.wall_factor
        cpu_s = min(limit_s, self._cpu_left_s())
        wall_s = min(wall_limit_s, self._wall_left_s())
        try:
            return child.receive(cpu_s=cpu_s, wall_s=wall_s)
        except OutOfTime:
            if cpu_s < limit_s or wall_s < wall_limit_s:
                raise OutOfTime("what was left of the submission's time") from None
            raise

    def _ready(self) -> bool:
        """Whether there is a child that has loaded the submission; False when time has run out."""
        if self._child is not None or not self.submission.sources:
            return True
        for _ in range(MAX_LOADS):
            if self._cpu_left_s() <= 0 or self._wall_left_s() <= 0:
                return False
            self._child_began = time.monotonic()
            self._child = self._stack.enter_context(self.lane.child(self.limits))
            if self._loads(self._child):
                return True
            self._drop_child()
        return False  # pragma: no cover  # another statement ends it each time

    def _loads(self, child: Process) -> bool:
        """Whether the submission loads to its end; if not, what stopped it will be skipped."""
        request = wire.LoadRequest(
            sources=self.submission.sources,
            functions=self.functions,
            exercises=self.exercises,
            skip=tuple(self.skip),
            chosen=self.chosen,
            echo=self.echo,
        )
        progress: wire.Progress | None = None
        try:
            child.send(wire.encode(request), wall_s=self._wall_left_s())
            for count in range(MAX_PROGRESS):
                if count % 100 == 99:  # pragma: no cover  # a hundred statements that report
                    child.measured_cpu_s()
                reply = self._received(child, self.limits.statement_cpu_s)
                self._check_names(reply)
                match reply:
                    case wire.Loaded():
                        self.loaded = reply
                        if self._first_errors is None:
                            self._first_errors = reply.errors
                        return True
                    case wire.Progress():
                        progress = reply
                    case _:
                        raise ChildGone("it answered before it was asked")  # noqa: TRY301
            # A wrong process: tests/attacks make one, behind a wall.
            raise ChildGone("it told of too many statements")  # noqa: TRY301  # pragma: no cover
        except OutOfTime as error:
            what = f"did not finish within {error}"
        except ChildGone:
            what = child.how_it_ended()
        if progress is None:  # pragma: no cover  # our own failure
            raise SandboxError(f"the process for learner code did not get to work: {what}")
        self._skip(progress, what)
        return False

    def _skip(self, progress: wire.Progress, what: str) -> None:
        """Note what stopped the submission's loading, and how, and leave it out from now on."""
        if not 0 <= progress.source < len(self.submission.sources):
            # All statements had run: there is none to skip.
            self.killers.append(LoadProblem("", "after loading", 0, what, fatal=True))
            self._spent_cpu_s = self.limits.submission_cpu_s
            return
        source = self.submission.sources[progress.source]
        killers = sum(place == progress.source for place, _ in self.skip)
        statement = progress.statement if killers < MAX_KILLERS else WHOLE_FILE
        self.skip.append((progress.source, statement))
        line = _line(source, progress)
        self.killers.append(
            LoadProblem(source.name, progress.label, progress.line, what, line, fatal=True)
        )

    def _check_names(self, reply: wire.Reply) -> None:
        """Raise ChildGone for a reply that names files or functions which are not.

        Names go into notes and messages: what a learner's process makes up must not get there.
        """
        match reply:
            case wire.Loaded(definitions=definitions, errors=errors, others=others):
                files = {source.name for source in self.submission.sources}
                known = all(d.file in files and d.function in self.functions for d in definitions)
                known = known and all(error.label in self._labels for error in errors)
                known = known and all(file in files for file, _name in others)
            case wire.Progress(label=label):
                known = label in self._labels
            case _:
                known = True
        if not known:
            raise ChildGone("it told of a file or function that is not there")

    @property
    def _call_wall_s(self) -> float:
        return self.limits.call_cpu_s * self.limits.wall_factor

    def _cpu_left_s(self) -> float:
        current = self._child.cpu_s if self._child is not None else 0.0
        return self.limits.submission_cpu_s - self._spent_cpu_s - current

    def _wall_left_s(self) -> float:
        limit = self.limits.submission_cpu_s * self.limits.wall_factor
        return limit - (time.monotonic() - self._began)

    def _drop_child(self) -> None:
        if self._child is not None:
            lived_s = time.monotonic() - self._child_began
            used_s = self._child.measured_cpu_s()
            self._spent_cpu_s += used_s if used_s is not None else self._child.cpu_s or lived_s
            self._child = None
            self._stack.close()


def _problem(error: wire.LoadError, submission: Submission) -> LoadProblem:
    names = [source.name for source in submission.sources]
    file = names[error.source] if 0 <= error.source < len(names) else error.label
    sources = [source for source in submission.sources if source.name == file]
    text = _line(sources[0], error) if sources else ""
    what = f"{error.error.type}: {error.error.message}" if error.error.message else error.error.type
    return LoadProblem(file, error.label, error.line, what, text)


def _line(source: wire.Source, place: wire.Progress | wire.LoadError) -> str:
    """The line of source with which a statement begins."""
    for cell in source.cells:
        if cell.label == place.label:
            lines = cell.text.splitlines()
            if 0 < place.line <= len(lines):
                return lines[place.line - 1].strip()[:300]
    return ""
