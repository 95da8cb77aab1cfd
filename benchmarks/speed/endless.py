"""Measure what endless loops cost a class: every tenth submission holds some.

    python benchmarks/speed/endless.py [--students 40]

Each class is graded in one lane, in turn with one without loops; medians of its rounds. Prints
Markdown. Exit code: 0 when every target is met, 1 when one is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from lane import Entry, written_batch
from measure import machine, table
from submission import COURSE, Target, print_targets

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.engine.isolation import strongest
from grader.grade.tasks import Task, TaskGrader, Work

# The speed of a class in which every tenth submission holds loops, of one without.
SPEED = 0.7
EVERY, ROUNDS = 10, 3
LOOP = "\n\ndef {name}(*args, **kwargs):\n    while True:\n        pass\n"
NAP = "\n\ndef {name}(*args, **kwargs):\n    __import__('time').sleep(1e6)\n"
# It answers twice, and then no more.
LATER = """

def {name}(*args, _right={name}, _calls=[], **kwargs):
    _calls.append(1)
    while len(_calls) > 2:
        pass
    return _right(*args, **kwargs)
"""
TOP = "\nwhile True:\n    pass\n"
# Text to append to a script, given its functions' names and the number of the submission.
Spoil = Callable[[Sequence[str], int], str]


def in_one(text: str) -> Spoil:
    """Spoil the first function of an exercise."""
    return lambda names, _number: text.format(name=names[0])


def in_all(text: str) -> Spoil:
    """Spoil every function of an exercise."""
    return lambda names, _number: "".join(text.format(name=name) for name in names)


# What is spoiled, how, and whether in every exercise or, in turn, in one of them.
CLASSES: tuple[tuple[str, Spoil, bool], ...] = (
    ("a function", in_one(LOOP), False),
    ("a function, from its third call on", in_one(LATER), False),
    ("every function", in_all(LOOP), True),
    ("a function that sleeps", in_one(NAP), False),
    ("a statement at top level", lambda _names, _number: TOP, False),
)


def main() -> int:
    """Measure every class, print a table, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=40, metavar="N", help="default: 40")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}")
    students, rounds = (options := parser.parse_args()).students, options.rounds
    course = course_of(COURSE)
    work = Work(plan_of(course), strongest())
    print(machine() + "\n", flush=True)
    rows, targets = [], []
    with tempfile.TemporaryDirectory() as name:
        plain = written_batch(course, Path(name) / "plain", students, notebooks=False)
        for number, (what, spoil, everywhere) in enumerate(CLASSES):
            entries = written_batch(course, Path(name) / str(number), students, notebooks=False)
            _spoil(entries, course, spoil, everywhere=everywhere)
            pairs = [(graded_ms(plain, work), graded_ms(entries, work)) for _ in range(rounds)]
            speed = median(without / with_ for without, with_ in pairs)
            each = [median(pair[n] for pair in pairs) / students for n in (0, 1)]
            rows.append((what, *each, (each[1] - each[0]) * EVERY, speed))
            print(*rows[-1], file=sys.stderr)
            targets.append(Target(f"{what}: speed (at least)", SPEED, speed, "x", floor=True))
    print(
        f"## Every tenth of {students} complete submissions never ends, behind {work.wall.tier}\n"
    )
    print("Milliseconds of waiting a submission; speed: of the class without.\n")
    headings = ("what", "without", "with", "each loop costs", "speed")
    print(table(headings, rows))
    print_targets(targets)
    return 0 if all(target.met for target in targets) else 1


def _spoil(entries: Sequence[Entry], course: Course, spoil: Spoil, *, everywhere: bool) -> None:
    """Append to the scripts of every tenth submission, in all of its exercises or in one."""
    for number, (_student, [folder]) in enumerate(entries[::EVERY]):
        for index, exercise in enumerate(course.exercises):
            if everywhere or index == number % len(course.exercises):
                names = [function.name for function in exercise.functions]
                with (folder / f"{exercise.slug}.py").open("a") as file:
                    file.write(spoil(names, number))


def graded_ms(entries: Sequence[Entry], work: Work) -> float:
    """Grade a class in one lane, which is started before; how long that takes."""
    grader = TaskGrader(work)
    grader.grade(Task(*entries[1]))
    began = time.perf_counter()
    for entry in entries:
        grader.grade(Task(*entry))
    taken_ms = (time.perf_counter() - began) * 1000
    grader.close()
    return taken_ms


if __name__ == "__main__":
    sys.exit(main())
