"""Have a child read what was handed in, and say why if it cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import msgspec

from grader import wire
from grader.engine.child import ChildGone, OutOfTime, Process, TimeLimits
from grader.errors import SandboxError
from grader.model import Submission
from grader.worker.files import is_archive

# Of CPU time: many times what the largest honest hand-ins take.
READ_CPU_S = 20.0


def contents_from(
    child: Process,
    request: bytes,
    submission: Submission,
    limits: TimeLimits,
    receive: Callable[[int], wire.Reply],
) -> wire.Contents:
    """Have a child read a submission; `receive` returns its next message of at most so many bytes.

    Whatever the files do to the child becomes a reason why they cannot be read. Raise SandboxError
    when it does not begin to read: the files are not to blame then.
    """
    began = False
    try:
        # What it said before it ended can still be read.
        with suppress(ChildGone):
            child.send(request, limits)
        began = isinstance(receive(wire.MAX_REPLY_BYTES), wire.Progress)
        reply = receive(wire.MAX_CONTENTS_BYTES)
        if not isinstance(reply, wire.Contents):  # pragma: no cover  # no memory for the answer
            raise ChildGone("it answered something else")  # noqa: TRY301
        return with_contents(submission, reply)
    except OutOfTime:
        why = f"takes longer than {limits.cpu_s:g} s"
    except ChildGone:
        why = f"fails: {child.how_it_ended()}"
    if not began:
        raise SandboxError(f"the process for learner code did not start: reading {why}")
    return with_contents(submission, _unread(submission, why))


def request_of(submission: Submission, exercises: tuple[str, ...]) -> bytes:
    """Return the encoded request to read the files of a submission."""
    files = tuple(wire.File(name, data) for name, data in submission.files.items())
    return wire.encode(wire.ReadRequest(files, exercises))


def with_contents(submission: Submission, contents: wire.Contents) -> wire.Contents:
    """Return the contents with the notes that were made while the files were collected."""
    return msgspec.structs.replace(
        contents,
        notes=(*submission.notes, *contents.notes),
        unreadable=(*submission.unreadable, *contents.unreadable),
    )


def _unread(submission: Submission, why: str) -> wire.Contents:
    """Return the contents of files that ended or hung the child: one reason for all functions."""
    if any(map(is_archive, submission.files)):
        reason = f"unpacking what was handed in {why}; hand in the files themselves"
    else:
        reason = f"reading what was handed in {why}; hand in only the files you wrote"
    return wire.Contents(
        files=tuple(sorted(submission.files)), notes=(reason,), unreadable=(("", reason),)
    )
