"""Call many functions of trusted code in a lane: some of them never end, or take all memory."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence

import msgspec

from grader import wire
from grader.course.folder import Course
from grader.engine.lane import Lane
from grader.engine.session import EncodedCall, Session
from grader.intake.submission import submission_of
from grader.model import Limits, Outcome
from grader.plan import PlannedCall

# So many functions are loaded together.
BATCH = 60
# What a call may compute: a hundred times what any reference needs.
CALL_CPU_S = 1.0
KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)


def definitions_of(source: str) -> list[ast.stmt]:
    """Return the statements of a file that define something, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) and len(node.body) > 1:
            del node.body[0]
    return [node for node in tree.body if isinstance(node, KEPT)]


def outcomes_of(
    lane: Lane,
    course: Course,
    slug: str,
    sources: Sequence[tuple[str, str]],
    calls: Sequence[PlannedCall],
) -> Iterator[list[Outcome]]:
    """Yield, for each (source, name) in turn, the outcomes of calling what it defines.

    Each source is a file of the exercise `slug`; what it imports of others are the references.
    """
    frames = [wire.CallRequest(n, f"{slug}.py", "", c.args, c.kwargs) for n, c in enumerate(calls)]
    references = {f"{e.slug}.py": e.reference_path.read_bytes() for e in course.exercises}
    limits = Limits(
        call_cpu_s=CALL_CPU_S,
        submission_cpu_s=3600.0,
        statement_cpu_s=20.0,
        memory_bytes=course.limits.memory_bytes,
    )
    for start in range(0, len(sources), BATCH):
        batch = sources[start : start + BATCH]
        names = tuple(f"f{n}" for n in range(len(batch)))
        text = "\n".join(_made(n, *one) for n, one in zip(names, batch, strict=True))
        submission = submission_of("trial", {**references, f"{slug}.py": text.encode()})
        with Session(
            lane, submission, functions=names, exercises=course.slugs, limits=limits
        ) as session:
            for name in names:
                encoded = [
                    EncodedCall(
                        frame.number,
                        wire.encode(msgspec.structs.replace(frame, function=name)),
                        call.limit_s(CALL_CPU_S),
                    )
                    for frame, call in zip(frames, calls, strict=True)
                ]
                yield session.call(f"{slug}.py", name, encoded)


def _made(name: str, source: str, target: str) -> str:
    """Return the statements that define `target` of a source under another name."""
    body = textwrap.indent(source, "    ")
    return f"def _{name}():\n{body}\n    return {target}\n{name} = _{name}()\n"
