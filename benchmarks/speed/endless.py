"""Measure what endless loops cost a class: every tenth submission holds some.

    python benchmarks/speed/endless.py [--students 40]

Each class is graded in one lane, a few times. What a submission takes is the median of all that
hold no loop, and for each of the others the median of its rounds, so that what else the machine
does at times is left out. Prints Markdown. Exit code: 0 when every target is met, 1 when one is
missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median

from lane import Entry, written_batch
from measure import machine, table
from submission import COURSE, Target, print_targets

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.engine.isolation import strongest
from grader.grade.processes import let_children_run
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
    let_children_run()  # as a worker process does
    course = course_of(COURSE)
    work = Work(plan_of(course), strongest())
    print(machine() + "\n", flush=True)
    rows, targets = [], []
    with tempfile.TemporaryDirectory() as name:
        for number, (what, spoil, everywhere) in enumerate(CLASSES):
            entries = written_batch(course, Path(name) / str(number), students, notebooks=False)
            _spoil(entries, course, spoil, everywhere=everywhere)
            taken_ms = list(zip(*(graded_ms(entries, work) for _ in range(rounds)), strict=True))
            spoiled_ms = mean(map(median, taken_ms[::EVERY]))
            plain_ms = median(ms for at, each in enumerate(taken_ms) for ms in each if at % EVERY)
            speed = plain_ms * EVERY / (plain_ms * (EVERY - 1) + spoiled_ms)
            rows.append((what, plain_ms, spoiled_ms, spoiled_ms - plain_ms, speed))
            print(*rows[-1], file=sys.stderr)
            targets.append(Target(f"{what}: speed (at least)", SPEED, speed, "x", floor=True))
    print(
        f"## Every tenth of {students} complete submissions never ends, behind {work.wall.tier}\n"
    )
    print("Milliseconds of waiting a submission; speed: that of a class without loops is 1.\n")
    headings = ("what never ends", "without it", "with it", "it costs", "speed")
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


def graded_ms(entries: Sequence[Entry], work: Work) -> list[float]:
    """Grade a class in one lane; how long each submission takes.

    The lane is started before, and so are the references, which the first entry may ask for.
    """
    grader = TaskGrader(work)
    for entry in entries[:2]:
        grader.grade(Task(*entry))
    taken_ms = []
    for entry in entries:
        began = time.perf_counter()
        grader.grade(Task(*entry))
        taken_ms.append((time.perf_counter() - began) * 1000)
    grader.close()
    return taken_ms


if __name__ == "__main__":
    sys.exit(main())
