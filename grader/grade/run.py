"""One run of a class into a folder of results: grade what is to be graded, write, summarise."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from grader.engine.isolation import isolation_text
from grader.engine.launch import Wall
from grader.errors import Stopped
from grader.files import open_to_others, whole_file, write_text, writing_to
from grader.grade.fingerprints import Fingerprints, fingerprints_of
from grader.grade.overrides import FILE as OVERRIDES
from grader.grade.overrides import Mark, apply_marks, read_marks, with_marked
from grader.grade.pool import Workers, grade_all
from grader.grade.progress import progress
from grader.grade.tasks import Task, TaskResult, is_unchanged
from grader.intake.people import ClassSubmissions
from grader.judge.scoring import with_points
from grader.model import Move
from grader.plan import Plan
from grader.results.figures import ClassFigures
from grader.results.lists import ShortList
from grader.results.pages import FeedbackPages, write_report
from grader.results.store import Store
from grader.results.summary import print_moves, summarise
from grader.results.tables import (
    MISCONCEPTION_HEADINGS,
    changes_csv,
    gradebook_csv,
    json_line,
    misconception_rows,
    people_csv,
    run_json,
)
from grader.versions import VERSIONS

if TYPE_CHECKING:
    from rich.console import Console

RESULTS, GRADEBOOK, CHANGES = "results.jsonl", "gradebook.csv", "changes.csv"
MISCONCEPTIONS, PEOPLE = "misconceptions.csv", "people.csv"
# About the run, for whoever grades: nothing in it is for learners.
RUN = "run.json"


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is to be done; `overrides` is a file of manual marks other than the usual one."""

    regrade: bool = False
    overrides: Path | None = None


@dataclass(slots=True)
class _Counts:
    """How many submissions were graded in this run (and functions of theirs), and how many not."""

    total: int
    graded: int = 0
    functions: int = 0
    unchanged: int = 0

    def add(self, result: TaskResult) -> None:
        if result.graded is None:
            self.unchanged += 1
        else:
            self.graded += 1
            self.functions += len(result.graded.functions)

    @property
    def done(self) -> int:
        return self.graded + self.unchanged

    @property
    def summary(self) -> str:
        return f"graded {self.graded} ({self.functions} functions), unchanged {self.unchanged}"


@dataclass(frozen=True, slots=True)
class ClassRun:
    """One run of a class into a folder of results.

    `grade` opens the store, lets the workers grade what is not stored or no longer valid, and
    stores each result as soon as it is known. Then the results are read once more, in order, and
    all files are written from that one pass. Then the store is told that this run's points are the
    published ones: a run that is stopped before that has told nobody anything. The summary comes
    last, since whoever reads it may go away.

    `wall` is what stands before the `workers`; the summary goes to `console`, progress and
    complaints to `errors`.
    """

    out: Path
    submissions: ClassSubmissions
    plan: Plan
    workers: Workers
    wall: Wall
    console: Console
    errors: Console
    options: Options = Options()

    def grade(self) -> bool:
        """Grade the class; whether the grader itself failed on nobody.

        UsageError when `out` cannot be worked in, Stopped on SIGINT and SIGTERM. What was graded
        until then is kept there.
        """
        _make_folder(self.out)
        if open_to_others(self.out):
            self.errors.print(
                f"other users of this machine can look into {self.out}; to keep results private:"
                f" chmod 700 {self.out}",
                markup=False,
                soft_wrap=True,
            )
        marks = self._marks()
        with_marked(self.submissions, marks)
        counts = _Counts(len(self.submissions.entries))
        with Store(self.out) as store, _signals(counts, self.out) as signals:
            prints = fingerprints_of(self.plan, isolation=self.wall.tier, versions=VERSIONS)
            store.begin(self.plan, prints.plan, prints.prices, regrade=self.options.regrade)
            self._grade(store, prints, counts, signals)
            planned = self.plan.functions
            store.price(lambda one: with_points(one, planned[one.function], self.plan.rules))
            for entry in self.submissions.entries:
                if entry.person.name:
                    store.set_name(entry.student, entry.person.name)
            for why in apply_marks(marks, store, self.plan):
                self.errors.print(f"{self._marks_path}, {why}", markup=False, soft_wrap=True)
            return self._report(store, counts)

    def _grade(
        self, store: Store, prints: Fingerprints, counts: _Counts, signals: _Signals
    ) -> None:
        """Grade what is not stored, and store it as soon as it is known.

        What has not changed is found out here: a worker takes longer to start than to say so.
        """
        entries = self.submissions.entries
        with progress(len(entries), self.errors) as step, signals.held():

            def keep(group: list[TaskResult]) -> None:
                store.keep(group)
                for result in group:
                    counts.add(result)
                    step()

            def changed() -> Iterator[Task]:
                for e in entries:
                    task = Task(e.student, e.parts, store.fingerprints(e.student), e.notes)
                    if not is_unchanged(task, prints):
                        yield task
                        continue
                    keep([TaskResult(e.student, None)])
                    if signals.asked is not None:
                        raise KeyboardInterrupt

            tasks = changed()
            if (first := next(tasks, None)) is None:
                return
            pending = chain([first], tasks)
            results = grade_all(pending, self.workers, stopped=lambda: signals.asked is not None)
            # Closed at once when storing fails, so that no worker is waited for.
            with closing(results):
                for group in results:
                    keep(group)

    def _report(self, store: Store, counts: _Counts) -> bool:
        """Write the files, print the summary; whether the grader failed on nobody."""
        moves: ShortList[Move] = ShortList()
        for move in store.moves():
            moves.add(move.student, move)
        remedy = "fix this and run the same command again; finished results are kept"
        with writing_to(self.out, remedy=remedy):
            figures = self._write_files(store, moves)
        absent = store.absent()
        # Before anything is printed: whoever reads it may be gone by then.
        store.publish()
        summarise(figures, self.plan, self.console)
        print_moves(moves, self.console)
        lines = [counts.summary]
        if absent:
            lines.append(f"{absent} students of earlier runs are not in this one; they stay stored")
        self.console.print("\n".join(lines), markup=False, highlight=False)
        return figures.failures.count == 0

    def _write_files(self, store: Store, moves: ShortList[Move]) -> ClassFigures:
        """Write all files of the run in one pass over its results."""
        out, plan = self.out, self.plan
        figures = ClassFigures(plan, self.submissions)
        with (
            whole_file(out / RESULTS) as results,
            whole_file(out / MISCONCEPTIONS) as misconceptions,
            FeedbackPages(out, plan) as pages,
        ):
            misconceptions.write(MISCONCEPTION_HEADINGS.encode())
            for result in store.results():
                figures.add(result)
                results.write(json_line(result).encode())
                misconceptions.writelines(row.encode() for row in misconception_rows(result))
                pages.add(result)
        write_text(out / GRADEBOOK, gradebook_csv(figures, plan))
        write_text(out / CHANGES, changes_csv(store.moves()))
        write_text(out / RUN, run_json(plan.seed, self.wall.probes, store.seconds()))
        _write_people(out / PEOPLE, self.submissions)
        write_report(out, figures, moves, plan, isolation=isolation_text(self.wall))
        return figures

    @property
    def _marks_path(self) -> Path:
        return self.options.overrides or self.out / OVERRIDES

    def _marks(self) -> list[Mark]:
        """Read the manual marks, before anything is graded: a malformed file is told at once."""
        named = self.options.overrides is not None
        return read_marks(self._marks_path) if named or self._marks_path.exists() else []


def _write_people(path: Path, submissions: ClassSubmissions) -> None:
    """Write who is who; nothing where no more is known than the names of entries."""
    if submissions.knows_people:
        write_text(path, people_csv(submissions))
    else:
        # Of an earlier run: it would tell of others.
        path.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    with writing_to(folder, remedy="name another --out"):
        folder.mkdir(parents=True, exist_ok=True)
        # Found out now, not when all the work is done.
        with tempfile.TemporaryFile(dir=folder):
            pass


class _Signals:
    """Which signal asked to stop. While held, the first one interrupts nothing."""

    def __init__(self) -> None:
        self.asked: int | None = None
        self._held = False

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        again = self.asked is not None
        self.asked = number
        if again or not self._held:  # pragma: no cover  # moments that no test can choose
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within this block a first signal only sets `asked`; the loop polls it."""
        self._held = True
        try:
            yield
        finally:
            self._held = False


@contextmanager
def _signals(counts: _Counts, out: Path) -> Iterator[_Signals]:
    """Within this block SIGINT and SIGTERM raise Stopped, which says how to continue."""
    signals = _Signals()
    before = {number: signal.signal(number, signals) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signals
    except KeyboardInterrupt:
        raise Stopped(
            f"stopped; {counts.done} of {counts.total} are graded and kept in {out}; the same"
            " command goes on from there",
            signals.asked or signal.SIGINT,
        ) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
