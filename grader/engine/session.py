"""Run one submission in a lane: load it, call its functions, replace children that end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Self, TypeAlias

from grader import wire
from grader.engine.child import ChildGone, OutOfTime, Process, TimeLimits, TooLarge
from grader.engine.lane import Lane
from grader.engine.problems import LoadProblem, line_of, problems_of, why_undefined
from grader.engine.reading import READ_CPU_S, contents_from, request_of, with_contents
from grader.errors import SandboxError
from grader.model import Died, Limits, NotLoaded, Outcome, Raised, Returned, Submission, TimedOut

# After so many statements of a file that end or hang the process, the whole file is skipped.
MAX_KILLERS = 8
WHOLE_FILE = -1
MAX_LOADS = 40
MAX_PROGRESS = 50_000
TIMEOUTS_PER_FUNCTION = 2
# So many calls of a submission are made once more, because the machine stood still meanwhile.
MAX_RETRIES = 1
# Once a call has run out of time, the others of its function have this share of theirs.
SHARE_OF_OTHERS = 1 / 4
# Training for 500 steps asks about 1 600 questions; all calls of a submission together ask more.
MAX_ASKED_IN_A_CALL = 10_000
MAX_ASKED = 100_000
# How old what is left of a submission's time may be, between two of its messages.
ROUGHLY_S = 0.005
# Unread requests beyond this could fill the socket while the child is stuck writing an answer.
PIPELINE_BYTES = 64 * 2**10


class EncodedCall(NamedTuple):
    """A call, encoded for sending, and the number that its answer will carry.

    `cpu_s` is how much computing it may use, unless its function has been seen to be slow; 0 stands
    for the limit of any call. An answer of more than `answer_bytes` is not decoded.
    """

    number: int
    data: bytes
    cpu_s: float = 0.0
    answer_bytes: int = wire.MAX_REPLY_BYTES


# Answers what a stand-in asks.
Answer: TypeAlias = Callable[[wire.AskedReply], wire.ToldRequest]


@dataclass(slots=True)
class _Used:
    """What a submission has used of its limits, in all of its processes."""

    began: float = field(default_factory=time.monotonic)
    thread_began_s: float = field(default_factory=time.thread_time)
    # By processes that have ended, and by the references in answering.
    cpu_s: float = 0.0
    children: list[Process] = field(default_factory=list)
    asked: int = 0
    # Functions of which a call has run out of time, so that others are likely to be endless, too.
    endless: set[str] = field(default_factory=set)
    retries: int = 0


class Session:
    """One submission, loaded in one child after another. Use it as a context manager.

    A session lasts while one submission is graded. Entering it reads the files, in the first child,
    and loads them; `contents`, `loaded` and `problems` then tell what was found. `choose` a file
    for each function that several files define, then `call` the functions. Each call answers with
    an Outcome: whatever learner code does, it raises nothing. A child that ends or runs out of time
    is replaced by one that loads the sources again; statements that end or hang a child are skipped
    from then on, up to MAX_LOADS loads. The CPU time of all children, what this thread computes
    meanwhile (to decode and judge the answers), and wall-clock time since the session began count
    against the limits of the submission; when they are used up, the remaining calls are not made.

    `with_stand_ins` gives another session of the same submission, with the same limits, in which
    `stand_for` says which earlier functions are answered by `answer` instead of by the learner's.
    An ask is checked like all that comes from a child, and counts against the call that makes it:
    its time has one deadline, however many questions it asks. `asked` then holds the functions that
    were asked for since.

    Raises SandboxError when the lane cannot start a process, or a process does not start reading or
    loading.
    """

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
        self.contents = with_contents(submission, wire.Contents())
        self._labels: set[str] = set()
        self._is_read = not submission.files
        self.chosen: dict[str, str] = {}
        # Functions that have answered, but not at once: their calls may use the whole limit.
        self._slow: set[str] = set()
        self._answer_asked: Answer | None = None
        self._stood_for: tuple[str, ...] = ()
        self.asked: set[str] = set()
        self.skip: list[tuple[int, int]] = []
        self.killers: list[LoadProblem] = []
        self.loaded = wire.Loaded((), (), ())
        self._first_problems: list[LoadProblem] | None = None
        self._child: Process | None = None
        self._stack = ExitStack()
        self._used = _Used()
        # What is left of its computing and of its waiting, and when to look again.
        self._left_s, self._left_until = (0.0, 0.0), 0.0
        self._child_began = self._used.began
        # It ends each child after its last statement, so that another one would change nothing.
        self._is_hopeless = False
        # It sent what is far too large; something else may follow it.
        self._is_suspect = False

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
        return [*self.killers, *(self._first_problems or ())]

    @property
    def is_over(self) -> bool:
        """Whether the time of the submission is used up."""
        return self._cpu_left_s() <= 0 or self._wall_left_s() <= 0

    def with_stand_ins(self, answer: Answer) -> Session:
        """Return a session of the same submission in which functions can be stood in for.

        Close it before this one. What is chosen in either holds for both.
        """
        other = Session(
            self.lane,
            self.submission,
            functions=self.functions,
            exercises=self.exercises,
            limits=self.limits,
            echo=self.echo,
        )
        other._answer_asked = answer
        other._take(self.contents)
        other.chosen, other.skip, other.killers = self.chosen, self.skip, self.killers
        other._used, other._slow = self._used, self._slow
        return other

    def stand_for(self, functions: Sequence[str]) -> None:
        """Have these functions answered by the references in the next calls; forget who asked."""
        self._stood_for = tuple(functions)
        self.asked = set()

    def choose(self, function: str, file: str) -> None:
        """Make `import` give the `function` of this file from now on."""
        self.chosen[function] = file
        self._drop_child()

    def restart(self) -> None:
        """Make the next calls in a new child, which remembers nothing of earlier ones."""
        self._drop_child()

    def call(self, file: str, function: str, frames: Sequence[EncodedCall]) -> list[Outcome]:
        """Make these calls and return their outcomes, in order; a fatal call costs only itself.

        A call is given four times what it should need a thousand times over. If it runs out of that
        while the machine stands still, it is made once more; one call of a submission is. Once a
        call has run out for good, the others of its function have a quarter of their limits: more
        of them are likely never to end. A function that has answered, but not at once, has the
        limit of the course from then on. No further calls are made once two have run out of time,
        or one if none before it was answered.
        """
        outcomes: dict[int, Outcome] = {}
        waiting = deque(frames)
        while waiting:
            reason = self._reason_to_stop(file, function, outcomes.values())
            if reason is not None:
                outcomes.update((frame.number, reason) for frame in waiting)
                break
            failure = self._pipelined(function, waiting, outcomes)
            while waiting and waiting[0].number in outcomes:
                waiting.popleft()
            if failure is None:
                continue
            if isinstance(failure, TimedOut):
                if failure.stood_still and self._used.retries < MAX_RETRIES:
                    self._used.retries += 1
                    continue
                self._used.endless.add(function)
            outcomes[waiting.popleft().number] = failure
        if self._is_suspect:
            self._drop_child()
        return [outcomes[frame.number] for frame in frames]

    def _reason_to_stop(
        self, file: str, function: str, outcomes: Collection[Outcome]
    ) -> Outcome | None:
        """Return the outcome of all further calls of this function if they are not to be made."""
        if self.is_over:
            return TimedOut("the submission's earlier parts", called=False)
        timeouts = sum(isinstance(outcome, TimedOut) for outcome in outcomes)
        if timeouts >= TIMEOUTS_PER_FUNCTION or 0 < timeouts == len(outcomes):
            return TimedOut("earlier calls", called=False)
        if not self._ready():  # pragma: no cover  # it ran out just now
            return TimedOut("the submission's earlier parts", called=False)
        if not any(d.file == file and d.function == function for d in self.loaded.definitions):
            return NotLoaded(f"{function} was not there when {file} was loaded again")
        return None

    def _pipelined(
        self, function: str, frames: Iterable[EncodedCall], outcomes: dict[int, Outcome]
    ) -> Outcome | None:
        """Make these calls; return why the first one that failed did not return, or None.

        Only calls of one function are ever in the pipe together: no input that waits there may be
        the answer to the call before it.
        """
        child = self._child
        assert child is not None
        unsent = self._unsent(frames)
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
                limits = self._limits_for(function, sent[0])
                try:
                    if batch:
                        child.send(b"".join(frame.data for frame in batch), limits)
                except ChildGone:  # pragma: no cover  # it ended before the request
                    # Answers that it sent before it ended can still be read.
                    unsent.clear()
                outcomes[sent[0].number] = self._answer(child, function, sent[0], limits)
                in_flight -= len(sent.popleft().data)
        except OutOfTime as error:
            self._drop_child()
            return TimedOut(str(error), stood_still=error.stood_still)
        except ChildGone:
            how = child.how_it_ended()
            self._drop_child()
            return Died(how)
        return None

    def _unsent(self, frames: Iterable[EncodedCall]) -> deque[EncodedCall]:
        """Return the calls to send; before the first one goes what is stood in for in them."""
        unsent = deque(frames)
        if self._answer_asked is not None:
            names = wire.encode(wire.StandInsRequest(self._stood_for))
            unsent[0] = unsent[0]._replace(data=names + unsent[0].data)
        return unsent

    def _answer(
        self, child: Process, function: str, call: EncodedCall, limits: TimeLimits
    ) -> Outcome:
        try:
            reply = self._replied(child, limits, call)
        except TooLarge:
            self._is_suspect = True
            return Returned(wire.Opaque("far too large"))
        if child.was_slow():
            self._slow.add(function)
        match reply:
            case wire.ReturnedReply(number=answered) if answered == call.number:
                return Returned(reply.value, reply.changed, reply.output)
            case wire.RaisedReply(number=answered) if answered == call.number:
                why = why_undefined(reply.error, self.problems)
                return Raised(reply.error, reply.output, why)
        raise ChildGone("it answered another call")

    def _limits_for(self, function: str, call: EncodedCall) -> TimeLimits:
        full_s = self.limits.call_cpu_s
        cpu_s = call.cpu_s if call.cpu_s and function not in self._slow else full_s
        if cpu_s < full_s and function in self._used.endless:
            cpu_s *= SHARE_OF_OTHERS
        # The machine may keep any call waiting for as long as it may keep the longest.
        return TimeLimits(cpu_s, cpu_s, full_s * self.limits.wall_factor)

    def _replied(self, child: Process, limits: TimeLimits, call: EncodedCall) -> wire.Reply:
        """Return the child's reply to a call, after having answered what it asks meanwhile."""
        if self._answer_asked is None:
            return self._received(child, limits, decoded_bytes=call.answer_bytes)
        for count in range(MAX_ASKED_IN_A_CALL + 1):
            # A question may be as long as any message.
            reply = self._received(child, limits, goes_on=count > 0)
            if not isinstance(reply, wire.AskedReply):
                return reply
            self._used.asked += 1
            is_known = reply.number == call.number and reply.function in self._stood_for
            if not is_known or self._used.asked > MAX_ASKED:
                raise ChildGone("it asked what nobody answers")
            self.asked.add(reply.function)
            began = time.monotonic()
            told = wire.encode(self._answer_asked(reply))
            self._used.cpu_s += time.monotonic() - began
            child.send(told, limits, goes_on=True)
        raise ChildGone("it asked too often")

    def _received(
        self,
        child: Process,
        limits: TimeLimits,
        *,
        most_bytes: int = wire.MAX_REPLY_BYTES,
        decoded_bytes: int = wire.MAX_FRAME_BYTES,
        goes_on: bool = False,
    ) -> wire.Reply:
        """Return the child's next message, within `limits` and the time left.

        An error does not say how much time was left: that differs from run to run.
        """
        now = time.monotonic()
        if now >= self._left_until:
            self._left_until = now + ROUGHLY_S
            self._left_s = self._cpu_left_s(), self._wall_left_s()
        left = limits.within(*self._left_s)
        try:
            return child.receive(
                left, most_bytes=most_bytes, decoded_bytes=decoded_bytes, goes_on=goes_on
            )
        except OutOfTime:
            if left != limits:
                raise OutOfTime("what was left of the submission's time") from None
            raise

    def _ready(self) -> bool:
        """Return whether a child has loaded the submission; False when time has run out."""
        if self._child is not None:
            return True
        for _ in range(MAX_LOADS):
            if self._is_read and not self.contents.sources:
                return True
            if self.is_over or self._is_hopeless:
                return False
            self._child_began = time.monotonic()
            self._child = self._stack.enter_context(self.lane.child(self.limits))
            self._used.children.append(self._child)
            if (self._is_read or self._reads(self._child)) and self._loads(self._child):
                return True
            self._drop_child()
        return False  # pragma: no cover  # each load ends at another statement

    def _reads(self, child: Process) -> bool:
        """Have the child read the files, before it loads any; return whether there is source."""
        limits = self._limits_of(min(READ_CPU_S, self.limits.submission_cpu_s))
        contents = contents_from(
            child,
            request_of(self.submission, self.exercises),
            self.submission,
            limits,
            lambda most_bytes: self._received(child, limits, most_bytes=most_bytes),
        )
        self._take(contents)
        return bool(contents.sources)

    def _take(self, contents: wire.Contents) -> None:
        """Load these contents from now on."""
        self.contents = contents
        self._is_read = True
        self._labels = {cell.label for source in contents.sources for cell in source.cells}
        self._labels |= {"", *(source.name for source in contents.sources)}

    def _loads(self, child: Process) -> bool:
        """Return whether the submission loads to its end; note what stopped it, to skip it next."""
        request = wire.LoadRequest(
            sources=self.contents.sources,
            functions=self.functions,
            exercises=self.exercises,
            skip=tuple(self.skip),
            chosen=self.chosen,
            echo=self.echo,
            stand_ins=self._answer_asked is not None,
        )
        progress: wire.Progress | None = None
        began, limits = time.monotonic(), self._limits_of(self.limits.statement_cpu_s)
        try:
            child.send(wire.encode(request), limits)
            for count in range(MAX_PROGRESS):
                self._refuse_to_wait(child, count, began)
                reply = self._received(child, limits)
                self._check_names(reply)
                match reply:
                    case wire.Loaded():
                        self.loaded = reply
                        # Those of a later load could contain inputs of earlier calls.
                        if self._first_problems is None:
                            self._first_problems = problems_of(reply.errors, self.contents.sources)
                        return True
                    case wire.Progress():
                        progress = reply
                    case _:
                        raise ChildGone("it answered before the request")  # noqa: TRY301
            # Only a process that breaks the protocol comes here; tests/attacks make one.
            raise ChildGone("it reported too many statements")  # noqa: TRY301  # pragma: no cover
        except OutOfTime as error:
            what = f"did not finish within {error}"
        except ChildGone:
            what = child.how_it_ended()
        if progress is None:  # pragma: no cover  # our own failure
            raise SandboxError(f"the process for learner code did not start loading: {what}")
        self._skip(progress, what)
        return False

    def _refuse_to_wait(self, child: Process, count: int, began: float) -> None:
        """Raise OutOfTime for a process that reports statements and rests between them."""
        if count % 100 != 99:
            return
        used_s, waited_s = child.measured_cpu_s(), time.monotonic() - began
        limit_s = self.limits.statement_cpu_s
        if used_s is not None and waited_s > self.limits.wall_factor * max(used_s, limit_s):
            raise OutOfTime(f"{limit_s:g} seconds")

    def _skip(self, progress: wire.Progress, what: str) -> None:
        """Note which statement stopped loading, and how, and leave it out from now on."""
        if not 0 <= progress.source < len(self.contents.sources):
            # All statements had run, so there is none to skip.
            self.killers.append(LoadProblem("", "after loading", 0, what, fatal=True))
            self._is_hopeless = True
            return
        source = self.contents.sources[progress.source]
        killers = sum(source_index == progress.source for source_index, _ in self.skip)
        statement = progress.statement if killers < MAX_KILLERS else WHOLE_FILE
        self.skip.append((progress.source, statement))
        line = line_of(source, progress)
        self.killers.append(
            LoadProblem(source.name, progress.label, progress.line, what, line, fatal=True)
        )

    def _check_names(self, reply: wire.Reply) -> None:
        """Raise ChildGone for a reply that names unknown files or functions, or one of them twice.

        Names go into notes and messages, where nothing that a learner's process made up may appear.
        A function that is in a file twice would be graded twice.
        """
        match reply:
            case wire.Loaded(definitions=definitions, errors=errors, others=others):
                files = {source.name for source in self.contents.sources}
                valid = all(
                    d.file in files and {d.function, *d.mentions} <= {*self.functions}
                    for d in definitions
                )
                named = {(d.file, d.function) for d in definitions}
                valid = valid and len(named) == len(definitions)
                valid = valid and all(error.label in self._labels for error in errors)
                valid = valid and all(file in files for file, _name in others)
            case wire.Progress(label=label):
                valid = label in self._labels
            case _:
                valid = True
        if not valid:
            raise ChildGone("it named an unknown file or function, or one twice")

    def _limits_of(self, cpu_s: float) -> TimeLimits:
        return TimeLimits(cpu_s, sleep_s=cpu_s, wall_s=cpu_s * self.limits.wall_factor)

    def _cpu_left_s(self) -> float:
        current_s = sum(child.cpu_s for child in self._used.children)
        ours_s = time.thread_time() - self._used.thread_began_s
        return self.limits.submission_cpu_s - self._used.cpu_s - current_s - ours_s

    def _wall_left_s(self) -> float:
        limit = self.limits.submission_cpu_s * self.limits.wall_factor
        return limit - (time.monotonic() - self._used.began)

    def _drop_child(self) -> None:
        self._is_suspect = False
        if self._child is not None:
            lived_s = time.monotonic() - self._child_began
            used_s = self._child.measured_cpu_s()
            self._used.cpu_s += used_s if used_s is not None else self._child.cpu_s or lived_s
            self._used.children.remove(self._child)
            self._child = None
            self._stack.close()
