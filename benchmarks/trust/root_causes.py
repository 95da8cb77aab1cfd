"""Does one mistake cost once? Break some functions of a right submission, and look at the others.

    python benchmarks/trust/root_causes.py [--submissions 500] [--seed 1] [--jobs 2]

Each submission is the solution of all exercises with one to four functions replaced: by a listed
mistake, by one that raises, by `return None`, by the right answer with lists in place of arrays, or
by nothing. All else is the reference's own code, so it must get full points and no mistake's name,
whatever it builds on. Graded as `grader grade` does it, behind the strongest wall.

Prints every right function that loses points or carries a name, with what was replaced in its
submission, and the totals. Counted, but no error: replaced functions that lose nothing, and listed
mistakes that are named otherwise than in a submission in which nothing else is wrong.

Exit code: 1 when a right function loses points or is named, and EXPLAINED does not say why.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from grader import wire
from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.course.sample import solved_files, with_variant
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.course.variants import Variant, variants_in
from grader.engine.isolation import strongest
from grader.grade.pool import grade_all
from grader.grade.processes import Processes
from grader.grade.tasks import Task, Work
from grader.plan import Plan
from grader.worker.files import Collected

ROOT = Path(__file__).resolve().parents[2]
MOST_REPLACED = 4
MISTAKE, RAISES, NONE, LISTS, DELETED = "mistake", "raises", "None", "lists", "deleted"
# How often each is drawn.
KINDS = {MISTAKE: 6, RAISES: 1, NONE: 1, LISTS: 1, DELETED: 1}
SOURCES = {
    RAISES: 'def {0}(*args, **kwargs):\n    raise ValueError("this does not work yet")',
    NONE: "def {0}(*args, **kwargs):\n    return None",
    # Behind the right function, which is then called _right_NAME.
    LISTS: """


def _with_lists(value):
    if isinstance(value, tuple):
        return tuple(map(_with_lists, value))
    if isinstance(value, dict):
        return {{key: _with_lists(one) for key, one in value.items()}}
    return value.tolist() if isinstance(value, np.ndarray) else value


def {0}(*args, **kwargs):
    return _with_lists(_right_{0}(*args, **kwargs))
""",
    DELETED: "",
}


class Explained(NamedTuple):
    """A right function that may lose points, or be named, behind a certain wrong one, and why."""

    function: str
    # What was replaced: a function, or one way to get it wrong.
    behind: str
    reason: str


# Two kinds are known. A learner's earlier function may call a later one, for which there is no
# stand-in; and functions that agree with each other by a convention of their own are right together
# and not one by one. No listed mistake is of either kind, so nothing is to be explained here.
EXPLAINED: tuple[Explained, ...] = ()


class Replaced(NamedTuple):
    """What one function is replaced by."""

    function: str
    kind: str
    variant: Variant | None = None

    def __str__(self) -> str:
        return self.variant.name if self.variant else f"{self.function}: {self.kind}"


class Oddity(NamedTuple):
    """A right function that lost points, or was named."""

    submission: str
    function: str
    what: str


def main() -> int:
    """Grade all, print what is odd, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--submissions", type=int, default=500, metavar="N", help="default: 500")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn; default: 1")
    parser.add_argument("--jobs", type=int, default=2, help="graded at once; default: 2")
    parser.add_argument("--course", type=Path, default=ROOT / "solutions")
    options = parser.parse_args()
    began = time.monotonic()
    course = course_of(options.course)
    plan = with_sealed(plan_of(course, mistakes=True), course, FIXED_SEED)
    rng = random.Random(options.seed)  # noqa: S311  # which mistakes, not secrets
    drawn = dict(submissions(course, plan, options.submissions, rng))
    mistakes = [one for ones in drawn.values() for one in ones if one.kind == MISTAKE]
    alone: dict[str, tuple[Replaced, ...]] = {str(one): (one,) for one in mistakes}
    results = graded(drawn | alone, course, Work(plan, strongest()), options.jobs)
    missing = (drawn | alone).keys() - results.keys()
    if missing:
        raise RuntimeError(f"not graded: {sorted(missing)}")
    oddities = [o for name, replaced in drawn.items() for o in odd(name, replaced, results[name])]
    unexplained = [oddity for oddity in oddities if not print_oddity(oddity, drawn)]
    print_totals(drawn, results, oddities)
    print(f"\n{time.monotonic() - began:.0f} s; {len(unexplained)} without an explanation")
    return int(bool(unexplained))


def submissions(
    course: Course, plan: Plan, number: int, rng: random.Random
) -> Iterator[tuple[str, tuple[Replaced, ...]]]:
    """What is replaced in each submission, by its name."""
    mistakes: dict[str, list[Variant]] = {}
    for exercise in course.exercises:
        for variant in variants_in(exercise, exercise.mistakes_path.name):
            mistakes.setdefault(variant.function, []).append(variant)
    with_arrays = arrays_of(plan)
    for count in range(number):
        replaced = []
        for name in rng.sample(plan.names, rng.randint(1, MOST_REPLACED)):
            kinds = {k: n for k, n in KINDS.items() if k != LISTS or name in with_arrays}
            [kind] = rng.choices(list(kinds), list(kinds.values()))
            drawn = rng.choice(mistakes[name]) if kind == MISTAKE else None
            replaced.append(Replaced(name, kind, drawn))
        replaced.sort(key=lambda one: plan.names.index(one.function))
        yield f"s{count:04}", tuple(replaced)


def arrays_of(plan: Plan) -> set[str]:
    """The functions that answer with arrays, or with tuples or dicts of them."""
    functions = [function for exercise in plan.exercises for function in exercise.functions]
    return {f.name for f in functions if holds_array(f.calls[0].expected)}


def holds_array(value: wire.Value) -> bool:
    """Whether an array is in a value."""
    match value:
        case wire.Sequence(items=items) | wire.Mapping(values=items):
            return any(map(holds_array, items))
    return isinstance(value, wire.Array)


def graded(
    drawn: Mapping[str, Sequence[Replaced]], course: Course, work: Work, jobs: int
) -> dict[str, dict[str, Any]]:
    """The result of each function of each submission, as in results.jsonl."""
    solved = {name: data.decode() for name, data in solved_files(course).items()}
    file_of = {f.name: f"{e.slug}.py" for e in course.exercises for f in e.functions}
    tasks = (
        Task(name, Collected(0, written(replaced, solved, file_of)))
        for name, replaced in drawn.items()
    )
    results: dict[str, dict[str, Any]] = {}
    for group in grade_all(tasks, Processes(work, jobs)):
        for student, encoded in group:
            if encoded is not None:
                functions = (json.loads(function.result) for function in encoded.functions)
                results[student] = {function["function"]: function for function in functions}
        if sys.stderr.isatty():
            print(f"\r{len(results)} of {len(drawn)}", end="", file=sys.stderr)
    return results


def written(
    replaced: Sequence[Replaced], solved: Mapping[str, str], file_of: Mapping[str, str]
) -> dict[str, bytes]:
    """The files of a submission."""
    texts = dict(solved)
    for one in replaced:
        file = file_of[one.function]
        if one.variant:
            texts[file] = with_variant(texts[file], one.variant)
        else:
            texts[file] = with_source(texts[file], one)
    return {name: text.encode() for name, text in texts.items()}


def with_source(text: str, replaced: Replaced) -> str:
    """A file's text with one function replaced by what is no listed mistake."""
    name = replaced.function
    [node] = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name]
    lines = text.splitlines()
    right = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    source = SOURCES[replaced.kind].format(name)
    if replaced.kind == LISTS:
        source = right.replace(f"def {name}(", f"def _right_{name}(", 1) + source
    lines[node.lineno - 1 : node.end_lineno] = source.splitlines()
    return "\n".join(lines) + "\n"


def odd(
    submission: str, replaced: Sequence[Replaced], functions: Mapping[str, Any]
) -> Iterator[Oddity]:
    """The right functions that lost points, or were named."""
    for name in functions.keys() - {one.function for one in replaced}:
        result = functions[name]
        score, most, named = result["score"], result["max_score"], result["misconception"]
        if score != most:
            got = "no score" if score is None else f"{score:g} of {most:g} points"
            yield Oddity(submission, name, f"{got}: {result['message']}")
        if named:
            yield Oddity(submission, name, f"named {named['id']}")


def print_oddity(oddity: Oddity, drawn: Mapping[str, Sequence[Replaced]]) -> bool:
    """Print an oddity; return whether it is explained."""
    replaced = drawn[oddity.submission]
    behind = {str(one) for one in replaced} | {one.function for one in replaced}
    reasons = [e.reason for e in EXPLAINED if e.function == oddity.function and e.behind in behind]
    print(f"{oddity.submission} ({', '.join(map(str, replaced))})")
    print(f"  {oddity.function}: {oddity.what}")
    for reason in reasons:
        print(f"  explained: {reason}")
    return bool(reasons)


def print_totals(
    drawn: Mapping[str, Sequence[Replaced]],
    results: Mapping[str, Mapping[str, Any]],
    oddities: Sequence[Oddity],
) -> None:
    """Print what was looked at, and how much of it was odd."""
    replaced = [(name, one) for name, ones in drawn.items() for one in ones]
    kinds = Counter(one.kind for _name, one in replaced)
    free = [
        (name, one)
        for name, one in replaced
        if results[name][one.function]["score"] == results[name][one.function]["max_score"]
    ]
    pairs = [
        (name, one, name_of(results[str(one)][one.function]), name_of(results[name][one.function]))
        for name, one in replaced
        if one.kind == MISTAKE
    ]
    other = [pair for pair in pairs if pair[2] != pair[3]]
    for name, one in free:
        print(f"{name}: {one} loses nothing")
    for name, one, before, now in other:
        behind = ", ".join(map(str, drawn[name]))
        print(f"{name} ({behind})\n  {one}: alone {before}, here {now}")
    right = [
        function
        for name, ones in drawn.items()
        for function in results[name].values()
        if function["function"] not in {one.function for one in ones}
    ]
    asked = sum(bool(function["judged_with"]) for function in right)
    named = sum(oddity.what.startswith("named ") for oddity in oddities)
    print(f"\n{len(drawn)} submissions, {len(replaced)} functions replaced: {dict(kinds)}")
    print(f"{len(right)} right functions, {asked} of them judged with right earlier ones")
    print(f"  lose points: {len(oddities) - named}")
    print(f"  carry a name: {named}")
    print(f"replaced functions that lose nothing: {len(free)}")
    print(f"listed mistakes with another name than alone: {len(other)} of {len(pairs)}")


def name_of(function: Mapping[str, Any]) -> str:
    """The name of the mistake in a result."""
    found = function["misconception"]
    return str(found["id"]) if found else "no name"


if __name__ == "__main__":
    sys.exit(main())
