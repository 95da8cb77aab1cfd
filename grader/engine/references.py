"""Answer for the references: what a right function gives, told where a learner's is not right."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

import msgspec

from grader import wire
from grader.engine.fresh import lane_for
from grader.engine.launch import Wall
from grader.engine.session import EncodedCall, Session
from grader.model import Returned, Submission
from grader.plan import Plan

# So many answers are kept, to inputs that many learners' functions ask for.
MAX_KNOWN = 5_000
MAX_KNOWN_BYTES = 16_384
# A process that answers for many submissions; each question has the limits of a call.
FOREVER_S = 1e9


class References:
    """The references of a course, in a sealed process of a zygote of their own.

    One for each worker, for as long as it grades. The process starts when the first question comes
    and answers for all learners, so it keeps nothing of them: a reference depends on its arguments
    only. It never shares a zygote with learners' code. `answer` raises nothing for any question:
    what cannot be answered is told as `failed`, and never why.
    """

    def __init__(self, plan: Plan, wall: Wall) -> None:
        self._plan = plan
        self._lane = lane_for(wall)
        self._limits = msgspec.structs.replace(plan.limits, submission_cpu_s=FOREVER_S)
        self._session: Session | None = None
        self._stack = ExitStack()
        self._file_of: dict[str, str] = {}
        self._known: dict[bytes, wire.ToldRequest] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def answer(self, asked: wire.AskedReply) -> wire.ToldRequest:
        """Return what the reference gives. SandboxError when its process cannot be started."""
        question = wire.CallRequest(0, "", asked.function, asked.args, asked.kwargs)
        key = wire.encode(question)
        if key in self._known:
            return self._known[key]
        told = self._asked(question)
        if len(key) <= MAX_KNOWN_BYTES:
            if len(self._known) == MAX_KNOWN:
                self._known.clear()
            self._known[key] = told
        return told

    def _asked(self, question: wire.CallRequest) -> wire.ToldRequest:
        if self._session is None:
            self._session = self._opened()
        file = self._file_of[question.function]
        frame = wire.encode(msgspec.structs.replace(question, file=file))
        (outcome,) = self._session.call(file, question.function, [EncodedCall(0, frame)])
        if isinstance(outcome, Returned) and wire.can_be_unpacked(outcome.value):
            return wire.ToldRequest(outcome.value)
        return wire.ToldRequest(failed=True)

    def _opened(self) -> Session:
        files = {f"{slug}.py": text.encode() for slug, text in self._plan.references}
        session = self._stack.enter_context(
            Session(
                self._lane,
                Submission("references", files),
                functions=self._plan.names,
                exercises=self._plan.slugs,
                limits=self._limits,
            )
        )
        here = [d for d in session.loaded.definitions if d.is_defined_here]
        self._file_of = {definition.function: definition.file for definition in here}
        return session

    def close(self) -> None:
        """End the process; the next question would start another."""
        self._stack.close()
        self._session = None
        self._lane.close()
