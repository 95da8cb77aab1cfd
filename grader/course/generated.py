"""Generate mistakes from a course's right functions, and keep how they answer.

`grader build` makes them, once for a course: every single slip in the reference and the
alternatives (see `slips`) is called with the open inputs, in a lane. Those that answer alike are
one mistake, and those that answer rightly are none. What is kept is a fingerprint for each array of
each answer, by the inputs, so that a plan takes it over as long as the references stay the same.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from grader.course import additions, sentences, slips
from grader.course.folder import Course, Exercise
from grader.course.sentences import ADDED, Slip
from grader.course.slips import Mutant, mutants_of
from grader.course.trial import definitions_of, outcomes_of
from grader.course.variants import variants_in
from grader.diagnose import prints
from grader.diagnose.prints import (
    LARGEST,
    ROUNDING,
    SAME_CODE,
    UNKNOWN,
    answer_to,
    prints_of,
    rows_in,
    slots_of,
    stored,
    wanted_prints,
)
from grader.engine.lane import Lane
from grader.errors import CourseError
from grader.judge.expected import Expected, expected_of
from grader.model import Outcome, Raised, Returned
from grader.plan import GeneratedMistake, Plan, PlannedCall, PlannedFunction, Words

FILE = "generated.bin"
# A generated mistake must show, in finite numbers, on so many inputs.
ENOUGH = 3
# So many ways to come to the same answers are told.
WAYS = 2
GENERAL = {
    "axis": "sum, a mean or a maximum",
    "whole": "sum, a mean or a maximum",
    "part": "sum, a mean or a maximum",
    "keepdims": "sum or a maximum",
    "swapped": "subtraction, a division or a matrix product",
    "arguments": "a function",
    "quantity": "one quantity",
    "function": "one function",
    "operation": "one operation",
    "not_applied": "a function",
    "applied": "a function",
    "reduced": "a sum, a mean or the largest entry",
    "replaced": "ones or zeros",
}

Step = Callable[[str], None]


class GeneratedFunction(msgspec.Struct, frozen=True):
    """The generated mistakes of one function: their fingerprints, a row for each.

    `references` is a hash of the right functions that they hold for, up to this one's exercise;
    `key` one of all that they were made from.
    """

    references: str
    key: str
    # For each call a hash of its arguments, and how many arrays its answer has.
    calls: tuple[tuple[int, int], ...]
    mistakes: tuple[tuple[str, str], ...]
    # For each mistake the index of a wrong function that makes it, among `sources_of`.
    examples: tuple[int, ...]
    prints: bytes


def with_generated(plan: Plan, course: Course) -> Plan:
    """Add the generated mistakes to a plan, where the references are still those they are for."""
    generated = read_generated(course)
    references = _references(course)
    return msgspec.structs.replace(
        plan,
        exercises=tuple(
            msgspec.structs.replace(
                exercise,
                functions=tuple(
                    _added(function, found)
                    if (found := generated.get(function.name))
                    and found.references == references[exercise.slug]
                    else function
                    for function in exercise.functions
                ),
            )
            for exercise in plan.exercises
        ),
    )


def read_generated(course: Course) -> dict[str, GeneratedFunction]:
    """Read what was generated, by function; nothing if there is no file, or no readable one."""
    try:
        data = zlib.decompress((course.folder / FILE).read_bytes())
        return msgspec.msgpack.decode(data, type=dict[str, GeneratedFunction])
    except (OSError, zlib.error, msgspec.MsgspecError):
        return {}


def _added(function: PlannedFunction, generated: GeneratedFunction) -> PlannedFunction:
    if not generated.mistakes:
        return function
    rows = np.frombuffer(generated.prints, "<f4").reshape(len(generated.mistakes), -1)
    starts: dict[int, tuple[int, int]] = {}
    start = 0
    for key, count in generated.calls:
        starts[key] = start, count
        start += count
    columns = []
    for call in function.calls:
        count = len(expected_of(call).leaves)
        found, width = starts.get(call_key(call), (0, 0))
        if width == count:
            columns.append(rows[:, found : found + count])
        else:
            columns.append(np.full((len(rows), count), UNKNOWN, "<f4"))
    listed = rows_in(function, [expected_of(call) for call in function.calls])
    texts = list(dict.fromkeys(message for _id, message in generated.mistakes))
    return msgspec.structs.replace(
        function,
        generated=tuple(GeneratedMistake(i, texts.index(m)) for i, m in generated.mistakes),
        texts=tuple(texts),
        prints=stored(np.vstack([listed, np.hstack(columns)])),
    )


def call_key(call: PlannedCall) -> int:
    """Return a hash of a call's arguments."""
    return zlib.crc32(msgspec.msgpack.encode((call.args, call.kwargs)))


def _references(course: Course) -> dict[str, str]:
    """Return for each exercise a hash of its references and of those before it."""
    digest = hashlib.sha256()
    hashes = {}
    for exercise in course.exercises:
        code = definitions_of(exercise.reference_path.read_text(encoding="utf-8"))
        digest.update("\n".join(map(ast.unparse, code)).encode())
        hashes[exercise.slug] = digest.hexdigest()
    return hashes


def outdated(course: Course, plan: Plan) -> dict[str, str]:
    """Return the functions whose mistakes are to be generated again, with the new keys."""
    present, keys = read_generated(course), _keys(course, plan)
    return {
        name: key for name, key in keys.items() if name not in present or present[name].key != key
    }


def _keys(course: Course, plan: Plan) -> dict[str, str]:
    """Hash, for each function, all that its generated mistakes are made from."""
    references, keys = _references(course), {}
    made_by = *map(inspect.getsource, (slips, additions, sentences, prints)), course.words
    for exercise, planned in zip(course.exercises, plan.exercises, strict=True):
        alternatives = (exercise.folder / "alternatives.py").read_bytes()
        for function in planned.functions:
            calls = [call_key(call) for call in _calls_of(function)]
            made_from = (references[exercise.slug], made_by, alternatives, calls)
            keys[function.name] = hashlib.sha256(repr(made_from).encode()).hexdigest()
    return keys


def write_generated(course: Course, plan: Plan, lane: Lane, *, step: Step) -> Path:
    """Generate the mistakes of the functions that are `outdated`, and write the course's file.

    It takes some minutes for a course of twenty functions. `step` is called with the name of each
    function as its turn comes. CourseError if the file cannot be written.
    """
    path = course.folder / FILE
    references, keys = _references(course), outdated(course, plan)
    functions = read_generated(course)
    for exercise, planned in zip(course.exercises, plan.exercises, strict=True):
        for function in planned.functions:
            if function.name in keys:
                step(function.name)
                calls, key = _calls_of(function), keys[function.name]
                sources = list(dict.fromkeys(sources_of(exercise, function.name)))
                classes = _classes(lane, course, exercise, sources, calls)
                made = _stored(references[exercise.slug], key, calls, classes, course.words)
                functions[function.name] = made
    known = {function.name for e in plan.exercises for function in e.functions}
    kept = {name: functions[name] for name in sorted(known & functions.keys())}
    try:
        path.write_bytes(zlib.compress(msgspec.msgpack.encode(kept), 9))
    except OSError as error:
        raise CourseError(f"cannot write {path}: {error.strerror}") from error
    return path


def _calls_of(function: PlannedFunction) -> list[PlannedCall]:
    memory = set(function.memory_calls)
    return [call for index, call in enumerate(function.calls) if index not in memory]


def sources_of(exercise: Exercise, function: str) -> Iterator[tuple[Slip, str, str]]:
    """Yield the single slips in the reference and the alternatives: slip, source, and its name."""
    body = _with_earlier(exercise)
    for name in _used_by(function, body):
        for mutant, source in _mutants_in(body, name, every=True):
            yield mutant.slip, source, function
    done: set[str] = set()
    for variant in variants_in(exercise, "alternatives.py"):
        if variant.function == function and variant.is_def:
            shared, source = variant.pieces()
            body = definitions_of("\n".join([*shared, source]))
            for name in _used_by(variant.name, body):
                text = ast.unparse(next(n for n in body if getattr(n, "name", "") == name))
                if text not in done:
                    done.add(text)
                    for mutant, source in _mutants_in(body, name, every=False):
                        yield mutant.slip, source, variant.name


def _with_earlier(exercise: Exercise) -> list[ast.stmt]:
    """Return the definitions of a reference, with those of earlier exercises in place of imports.

    Whoever writes all of a function by hand can make a slip in what another could import.
    """
    body: list[ast.stmt] = []
    for node in definitions_of(exercise.reference_path.read_text(encoding="utf-8")):
        other = exercise.folder.parent / (getattr(node, "module", None) or "") / "reference.py"
        if isinstance(node, ast.ImportFrom) and node.level == 0 and other.is_file():
            body += _with_earlier(replace(exercise, folder=other.parent))
        else:
            body.append(node)
    return body


def _used_by(function: str, body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield a function's name and those of all others of its file that it needs."""
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    waiting, used = [function], dict[str, None]()
    while waiting:
        name = waiting.pop()
        if name not in used:
            used[name] = None
            names = (n.id for n in ast.walk(functions[name]) if isinstance(n, ast.Name))
            waiting += [other for other in names if other in functions]
    yield from used


def _mutants_in(
    body: Sequence[ast.stmt], name: str, *, every: bool
) -> Iterator[tuple[Mutant, str]]:
    """Yield the slips in one definition, each with the source of all of them.

    If not `every`, another quantity in place of a right one, and what is added, is left out: that
    is tried in references alone.
    """
    texts = [ast.unparse(node) for node in body]
    index = next(i for i, node in enumerate(body) if getattr(node, "name", "") == name)
    function = body[index]
    assert isinstance(function, ast.FunctionDef)
    parameters = {arg.arg for arg in function.args.args}
    for mutant in mutants_of(function, added=every):
        if every or mutant.slip.kind != "quantity" or mutant.slip.what in parameters:
            yield mutant, "\n".join([*texts[:index], mutant.source, *texts[index + 1 :]])


def rows_of(
    outcomes: Mapping[int, Outcome], expected: Sequence[Expected], wanted: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return the row of a wrong function: nan where it is right; None if it does not answer."""
    if not all(isinstance(outcome, Returned | Raised) for outcome in outcomes.values()):
        return None
    answers = {
        index: answer
        for index, outcome in outcomes.items()
        if (answer := answer_to(outcome, expected[index])) is not None
    }
    of_answers = prints_of(answers, expected)
    is_right = of_answers.right & (of_answers.values == wanted)
    row = np.where(is_right, np.nan, of_answers.values)
    return np.where(of_answers.known, row, UNKNOWN)


Classes = list[tuple[NDArray[np.float64], Counter[Slip], int]]


def _classes(
    lane: Lane,
    course: Course,
    exercise: Exercise,
    sources: Sequence[tuple[Slip, str, str]],
    calls: Sequence[PlannedCall],
) -> Classes:
    """Return the rows of wrong functions that differ, each with the slips that lead to it."""
    expected = [expected_of(call) for call in calls]
    wanted, slots = wanted_prints(expected), np.array(slots_of(expected))
    rows: list[NDArray[np.float64]] = []
    members: list[Counter[Slip]] = []
    examples: list[int] = []
    matrix = np.empty((0, len(slots)))
    pairs = [(source, name) for _slip, source, name in sources]
    tried = outcomes_of(lane, course, exercise.slug, pairs, calls)
    for index, outcomes in enumerate(tried):
        slip = sources[index][0]
        row = rows_of(dict(enumerate(outcomes)), expected, wanted)
        if row is None or len(set(slots[np.abs(row) < LARGEST])) < ENOUGH:
            continue
        same = _first_same(matrix[: len(rows)], row)
        if same is not None:
            members[same][slip] += 1
            continue
        rows.append(row)
        members.append(Counter([slip]))
        examples.append(index)
        if len(rows) > len(matrix):
            matrix = np.vstack([matrix, np.full((max(100, len(matrix)), len(slots)), np.nan)])
        matrix[len(rows) - 1] = row
    return list(zip(rows, members, examples, strict=True))


def is_same_row(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Return whether two rows are the same up to rounding."""
    return _first_same(one[None], other) is not None


def _first_same(matrix: NDArray[np.float64], row: NDArray[np.float64]) -> int | None:
    """Return the index of the first row that is the same up to rounding."""
    allowed = np.where(np.abs(row) < LARGEST, 10 * ROUNDING, SAME_CODE) * np.abs(row) + 1e-12
    with np.errstate(invalid="ignore"):
        same = (np.abs(matrix - row) <= allowed) | (matrix == row)
    same |= np.isnan(matrix) & np.isnan(row)
    found = np.flatnonzero(same.all(axis=1))
    return int(found[0]) if len(found) else None


def _stored(
    references: str, key: str, calls: Sequence[PlannedCall], classes: Classes, words: Words
) -> GeneratedFunction:
    rows = np.array([row for row, _members, _example in classes]).astype("<f4")
    mistakes = []
    for row, (_row, members, _example) in zip(rows, classes, strict=True):
        kind, message = message_of(members, words)
        mistakes.append((f"slip_{kind}_{zlib.crc32(row.tobytes()):08x}", message))
    return GeneratedFunction(
        references,
        key,
        tuple((call_key(call), len(expected_of(call).leaves)) for call in calls),
        tuple(mistakes),
        tuple(example for _row, _members, example in classes),
        rows.tobytes(),
    )


def message_of(members: Counter[Slip], words: Words) -> tuple[str, str]:
    """Return the kind of most of these slips, and what a learner is told of all that answer so."""
    counts: Counter[str] = Counter()
    for slip, count in members.items():
        counts[slip.kind] += count
    kinds = sorted(counts, key=lambda kind: (kind in ADDED, -counts[kind]))
    told = []
    for kind in kinds[:WAYS]:
        same = {slip for slip in members if slip.kind == kind}
        slip = same.pop() if len(same) == 1 else Slip(kind, GENERAL.get(kind, ""))
        told.append(slip.sentence(words))
    message = told[0]
    if len(told) > 1:
        message += f"\n\nAnother slip gives the same answers: {told[1]}"
    return kinds[0], message
