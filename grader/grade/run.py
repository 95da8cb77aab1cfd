"""One run of a class into a folder of results: grade what is to be graded, write, summarise."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from grader.engine.isolation import isolation_text
from grader.engine.launch import Wall
from grader.errors import Stopped, UsageError
from grader.files import write_text
from grader.grade.fingerprints import fingerprints_of
from grader.grade.overrides import FILE as OVERRIDES
from grader.grade.overrides import Mark, apply_marks, read_marks
from grader.grade.pool import Workers, grade_all
from grader.grade.progress import progress
from grader.grade.tasks import Task, TaskResult
from grader.intake.people import ClassSubmissions, Entry
from grader.plan import Plan
from grader.results.pages import Circumstances, write_feedback, write_report
from grader.results.store import Store
from grader.results.summary import Tally, print_moves, summarise
from grader.results.tables import (
    changes_csv,
    gradebook_csv,
    misconceptions_csv,
    people_csv,
    results_jsonl,
)
from grader.text import listed
from grader.versions import VERSIONS

if TYPE_CHECKING:
    from rich.console import Console

RESULTS, GRADEBOOK, CHANGES = "results.jsonl", "gradebook.csv", "changes.csv"
MISCONCEPTIONS, PEOPLE = "misconceptions.csv", "people.csv"


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

    def add(self, answer: TaskResult) -> None:
        if answer.graded is None:
            self.unchanged += 1
        else:
            self.graded += 1
            self.functions += len(answer.graded.functions)

    @property
    def done(self) -> int:
        return self.graded + self.unchanged


def grade_into(
    out: Path,
    taken: ClassSubmissions,
    plan: Plan,
    options: Options,
    *,
    workers: Workers,
    wall: Wall,
    console: Console,
    errors: Console,
) -> bool:
    """Whether all of the class could be graded; the results are in the folder `out`.

    `wall` is what stands before the `workers`. UsageError when `out` cannot be worked in, Stopped
    on SIGINT and SIGTERM. What was graded until then is kept there.
    """
    _make_folder(out)
    marks = _marks(out, options.overrides)
    counts = _Counts(len(taken.entries))
    with Store(out) as store, _signals(counts, out) as signals:
        plan_fingerprint = fingerprints_of(plan, isolation="", versions=VERSIONS).plan
        store.begin(plan, plan_fingerprint, regrade=options.regrade)
        _grade(taken.entries, workers, store, counts, signals, errors)
        for entry in taken.entries:
            if entry.person.name:
                store.name(entry.student, entry.person.name)
        for why in apply_marks(marks, store, plan):
            errors.print(
                f"{options.overrides or out / OVERRIDES}, {why}", markup=False, soft_wrap=True
            )
        about = Circumstances(plan.title, isolation_text(wall), plan)
        return _report(store, about, out, taken, counts, console)


def _grade(
    entries: Sequence[Entry],
    workers: Workers,
    store: Store,
    counts: _Counts,
    signals: _Signals,
    errors: Console,
) -> None:
    """Grade what is not stored, and store it as soon as it is known."""
    tasks = (Task(e.student, e.parts, store.known(e.student), e.notes) for e in entries)
    answers = grade_all(tasks, workers, stopped=lambda: signals.asked is not None)
    # Closed at once when storing fails, so that no worker is waited for.
    with progress(len(entries), errors) as step, closing(answers), signals.held():
        for group in answers:
            store.keep(group)
            for answer in group:
                counts.add(answer)
                step()


def _report(
    store: Store,
    about: Circumstances,
    out: Path,
    taken: ClassSubmissions,
    counts: _Counts,
    console: Console,
) -> bool:
    """Write the files, print the summary; whether the grader failed on nothing."""
    tally = Tally()
    for result in store.results():
        tally.add(result)
    try:
        _write_files(store, about, out, taken, tally)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}; mend that, then give the same command"
            " again; what was graded is kept"
        ) from error
    summarise(tally, about.plan, console)
    print_moves(store.moves(), console)
    lines = [f"graded {counts.graded} ({counts.functions} functions), unchanged {counts.unchanged}"]
    if absent := store.absent():
        lines.append(f"{absent} students of earlier runs are not in this one; they stay stored")
    if taken.absent:
        ids = [f"{person.name} ({key})" if person.name else key for key, person in taken.absent]
        lines.append(f"handed in nothing ({len(ids)}): {listed(ids)}")
    # Last of all: a run that is killed before has not told whose points have moved.
    store.publish()
    console.print("\n".join(lines), markup=False, highlight=False)
    return tally.failed == 0


def _write_files(
    store: Store, about: Circumstances, out: Path, taken: ClassSubmissions, tally: Tally
) -> None:
    write_text(out / RESULTS, results_jsonl(store.results()))
    gradebook = gradebook_csv(
        store.results(),
        about.plan,
        follow_through=bool(tally.followed),
        overrides=tally.overridden > 0,
        names=any(entry.person.name for entry in taken.entries),
    )
    write_text(out / GRADEBOOK, gradebook)
    write_text(out / CHANGES, changes_csv(store.moves()))
    write_text(out / MISCONCEPTIONS, misconceptions_csv(store.results()))
    _write_people(out / PEOPLE, taken)
    write_feedback(out, store, about)
    write_report(out, store, about)


def _write_people(path: Path, taken: ClassSubmissions) -> None:
    """Write who is who; nothing where no more is known than the names of entries."""
    if taken.knows_people:
        write_text(path, people_csv(taken))
    else:
        # Of an earlier run: it would tell of others.
        path.unlink(missing_ok=True)


def _marks(out: Path, named: Path | None) -> list[Mark]:
    """The manual marks, read before anything is graded: a malformed file is told of at once."""
    path = named or out / OVERRIDES
    return read_marks(path) if named is not None or path.exists() else []


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Found out now, not when all the work is done.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written to: {error.strerror}; name another --out"
        ) from error


class _Signals:
    """Asked to stop, by which signal. While held, being asked once does not interrupt anything."""

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
        """Until the block ends, whoever is in it looks at `asked` from time to time."""
        self._held = True
        try:
            yield
        finally:
            self._held = False


@contextmanager
def _signals(counts: _Counts, out: Path) -> Iterator[_Signals]:
    """Until the block ends, SIGINT and SIGTERM stop it, and how to go on is told."""
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
