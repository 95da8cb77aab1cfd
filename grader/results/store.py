"""Store a class's results in one SQLite file: a killed run continues, unchanged work is reused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

import msgspec

from grader.errors import UsageError
from grader.model import FunctionResult, Move, SubmissionResult
from grader.plan import Plan
from grader.results.marks import TABLE, Marks
from grader.results.rows import EncodedResult, submission_from_rows

FILE = "results.sqlite"
FORMAT = "3"

# `run`: the number of the run that graded it last. `handed`: the hash of what was handed in. `key`:
# the function's fingerprint, null where the result is not used again: the grader failed, or other
# files were handed in since. `price`: the hash of what its points depended on beside its verdicts.
# `published`: the points that the last completed run wrote into the gradebook.
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE submission (
    student TEXT PRIMARY KEY, run INTEGER NOT NULL, handed BLOB NOT NULL, result BLOB NOT NULL,
    notes BLOB NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE function (
    student TEXT, function TEXT, exercise TEXT NOT NULL, key BLOB, price BLOB NOT NULL,
    score REAL, result BLOB NOT NULL, PRIMARY KEY (student, function)
);
CREATE TABLE published (
    student TEXT, function TEXT, score REAL, PRIMARY KEY (student, function)
) WITHOUT ROWID;
"""
# Tables of this run only; `place` is a function's number in the plan.
_TEMPORARY = """
CREATE TEMP TABLE present (student TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE person (student TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE planned (place INTEGER PRIMARY KEY, function TEXT NOT NULL, price BLOB NOT NULL);
"""
# CROSS JOIN makes SQLite loop in this order, which is the order of the rows wanted, so that nothing
# is sorted in memory.
_PRESENT = (
    " FROM present CROSS JOIN submission USING (student) CROSS JOIN planned"
    " CROSS JOIN function USING (student, function) LEFT JOIN override"
    " ON override.student = function.student AND target = function.function"
)


class Store:
    """The stored results of one folder, for one grader at a time. Use it as a context manager.

    State: the file results.sqlite, which outlives the run, and temporary tables of this run only:
    who takes part, their names, the planned functions and the manual marks.
    Lifetime: one run. The file is locked from the opening to the end of the block, so a second
    grader is refused.
    Order: `begin`; `fingerprints` to find out what need not be graded again; `keep` for each group
    of answers, which is then on disk; `price` for what was kept earlier; `set_name` and
    `marks` before the reports; `results` and `moves` for the reports; `publish` last, when
    these are written.
    A run that is killed at any moment loses nothing that `keep` stored: the next one continues.
    An error of the file or the disk is a UsageError with the cause and the remedy.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._run = 0
        self._since = 0
        try:
            with self.path.open("r+b"):
                pass
        except FileNotFoundError:
            pass
        except OSError as error:
            # SQLite would report this as an error of the disk.
            raise UsageError(
                f"cannot write to {self.path}: {error.strerror}; make it writable, {_AGAIN}"
            ) from error
        with self._readable_errors():
            self._connection = sqlite3.connect(self.path, timeout=0, isolation_level=None)
            try:
                self._open()
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def begin(
        self, plan: Plan, plan_fingerprint: bytes, prices: Mapping[str, bytes], *, regrade: bool
    ) -> None:
        """Start a run, and store its seed; with `regrade`, do not reuse what earlier runs stored.

        `prices` has a hash of what the points of each planned function depend on in this run.
        If the last run with `regrade` did not finish and its plan had the same fingerprint, this
        one continues it: what it had graded is reused.
        """
        with self._transaction():
            self._run = int(self._meta("run") or 0) + 1
            self._set_meta("run", str(self._run))
            self._set_meta("seed", plan.seed)
            if regrade:
                since, _, key = (self._meta("regrading") or "").partition(" ")
                self._since = int(since) if key == plan_fingerprint.hex() else self._run
                self._set_meta("regrading", f"{self._since} {plan_fingerprint.hex()}")
            for number, (name, price) in enumerate(prices.items()):
                self._execute("INSERT INTO planned VALUES (?, ?, ?)", number, name, price)

    def fingerprints(self, student: str) -> dict[str, bytes]:
        """Return the fingerprint of each stored result of this student that may be reused."""
        with self._readable_errors():
            query = (
                "SELECT function, key FROM submission JOIN function USING (student)"
                " WHERE student = ? AND run >= ? AND key IS NOT NULL"
            )
            return dict(self._rows(query, student, self._since))

    def keep(self, answers: Iterable[tuple[str, EncodedResult | None]]) -> None:
        """Note that students take part in this run, and store their results, all or none.

        A result is None where nothing had to be graded again.
        """
        with self._transaction():
            for student, graded in answers:
                self._execute("INSERT OR IGNORE INTO present VALUES (?)", student)
                if graded is None:
                    continue
                # What the result says of the files is stored once for all functions.
                self._execute(
                    "UPDATE function SET key = NULL WHERE student = ? AND EXISTS"
                    " (SELECT 1 FROM submission WHERE student = ? AND handed IS NOT ?)",
                    student,
                    student,
                    graded.handed,
                )
                self._execute(
                    "INSERT OR REPLACE INTO submission VALUES (?, ?, ?, ?, ?, ?)",
                    student,
                    self._run,
                    *graded[:4],
                )
                rows = ((student, *row) for row in graded.functions)
                statement = "INSERT OR REPLACE INTO function VALUES (?, ?, ?, ?, ?, ?, ?)"
                self._connection.executemany(statement, rows).close()

    def price(self, priced: Callable[[FunctionResult], FunctionResult]) -> int:
        """Give new points to the results whose points depend on what has changed; count them.

        `priced` returns a result with the points that its verdicts are worth in this run.
        """
        query = (
            "SELECT function.rowid, result, planned.price FROM present JOIN function"
            " USING (student) JOIN planned USING (function)"
            " WHERE function.price IS NOT planned.price LIMIT 1000"
        )
        count = 0
        while True:
            with self._transaction():
                rows = list(self._rows(query))
                for row, stored, price in rows:
                    result = priced(msgspec.json.decode(stored, type=FunctionResult))
                    self._execute(
                        "UPDATE function SET result = ?, score = ?, price = ? WHERE rowid = ?",
                        msgspec.json.encode(result),
                        result.score,
                        price,
                        row,
                    )
            count += len(rows)
            if not rows:
                return count

    def is_present(self, student: str) -> bool:
        """Tell whether a student takes part in this run."""
        return self._row("SELECT 1 FROM present WHERE student = ?", student) is not None

    def set_name(self, student: str, name: str) -> None:
        """Set the full name by which this run's reports call a student."""
        self._execute("INSERT OR REPLACE INTO person VALUES (?, ?)", student, name)

    def absent(self) -> int:
        """Count the stored students who do not take part in this run."""
        row = self._row(
            "SELECT count(*) FROM submission WHERE student NOT IN (SELECT student FROM present)"
        )
        assert row is not None
        return int(row[0])

    def results(self) -> Iterator[SubmissionResult]:
        """Yield the result of each student who takes part, sorted, with the planned functions."""
        with self._readable_errors():
            wide = self.marks.wide()
            rows = self._rows(
                "SELECT present.student, submission.result, notes, function.result, points, reason,"
                f" mark, name{_PRESENT} LEFT JOIN person ON person.student = present.student"
                " ORDER BY present.student, place"
            )
            for student, group in groupby(rows, key=itemgetter(0)):
                stored = list(group)
                _, head, notes, *_ = stored[0]
                functions = [row[3:] for row in stored]
                yield submission_from_rows(head, notes, functions, wide.get(student, {}))

    def seconds(self) -> Iterator[tuple[str, float]]:
        """Yield each student who takes part, sorted, and how long the last grading took."""
        with self._readable_errors():
            query = "SELECT student, seconds FROM present JOIN submission USING (student)"
            yield from self._rows(f"{query} ORDER BY student")

    def moves(self) -> Iterator[Move]:
        """Yield each change of points since the last completed run, sorted by student."""
        with self._readable_errors():
            rows = self._rows(
                "SELECT present.student, exercise, function, published.score,"
                " coalesce(points, function.score), points IS NOT NULL"
                f"{_PRESENT} JOIN published USING (student, function)"
                " WHERE published.score IS NOT coalesce(points, function.score)"
                " ORDER BY present.student, place"
            )
            for student, exercise, function, before, after, overridden in rows:
                yield Move(student, exercise, function, before, after, bool(overridden))
            yield from self.marks.wide_moves()

    def publish(self) -> None:
        """Record this run's points as those of the last completed run."""
        with self._transaction():
            self._execute(
                "INSERT OR REPLACE INTO published SELECT present.student, function,"
                f" coalesce(points, function.score){_PRESENT}"
            )
            self.marks.publish()
            self._execute("DELETE FROM meta WHERE name = 'regrading'")

    def _open(self) -> None:
        # The lock lasts as long as the connection, and keeps a second grader out.
        self._execute("PRAGMA locking_mode = EXCLUSIVE")
        self._execute("PRAGMA journal_mode = WAL")
        self._execute("PRAGMA synchronous = FULL")
        self._execute("PRAGMA temp_store = MEMORY")
        with self._transaction():
            tables = {name for (name,) in self._rows("SELECT name FROM sqlite_master")}
            if not tables:
                self._execute_all(_SCHEMA)
                self._set_meta("format", FORMAT)
            if tables and "meta" not in tables:
                raise UsageError(f"{self.path} was not made by this grader; name another --out")
            if (stored := self._meta("format")) != FORMAT:
                raise UsageError(
                    f"{self.path} has format {stored}, this grader reads {FORMAT}; move it away"
                    " (everything will be graded again), or name another --out"
                )
        self._execute_all(_TEMPORARY + TABLE)
        self.marks = Marks(self._connection)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Commit everything written in the block, or nothing if it fails."""
        with self._readable_errors():
            self._execute("BEGIN IMMEDIATE")
            try:
                yield
                self._execute("COMMIT")
            except BaseException:
                # When the disk is full, SQLite has already rolled back.
                if self._connection.in_transaction:
                    self._execute("ROLLBACK")
                raise

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        """Turn an error of SQLite into a UsageError with the cause and the remedy."""
        try:
            yield
        except sqlite3.Error as error:
            raise UsageError(f"{self.path}{_reason(error)}") from error

    def _meta(self, name: str) -> str | None:
        row = self._row("SELECT value FROM meta WHERE name = ?", name)
        return None if row is None else str(row[0])

    def _set_meta(self, name: str, value: str) -> None:
        self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, value)

    def _execute(self, statement: str, *values: object) -> None:
        self._connection.execute(statement, values).close()

    def _execute_all(self, statements: str) -> None:
        # sqlite3's own executescript would first commit the transaction.
        for statement in statements.split(";"):
            self._execute(statement)

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        return next(iter(self._rows(query, *values)), None)

    def _rows(self, query: str, *values: object) -> Iterable[tuple[Any, ...]]:
        return self._connection.execute(query, values)


def stored_seed(folder: Path) -> str:
    """Return the secret seed of the last run into a folder; empty if there was none.

    UsageError when the file is there and cannot be read, or another grader is using it.
    """
    path = folder / FILE
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(path, timeout=0)) as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = 'seed'").fetchone()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_ERROR":
            # It has no such table: `Store` will say what is wrong with it.
            return ""
        raise UsageError(f"{path}{_reason(error)}") from error
    return "" if row is None else str(row[0])


def _reason(error: sqlite3.Error) -> str:
    """Return the cause and the remedy, as the end of a sentence that begins with the file."""
    name = getattr(error, "sqlite_errorname", "")
    for code, reason in _REASONS.items():
        if name.startswith(code):
            return reason.format(again=_AGAIN)
    return f" cannot be used ({error}); fix this, {_AGAIN}"


_AGAIN = "then run the same command again; finished results are kept"
_REASONS = {
    "SQLITE_BUSY": ": another grader is using it; wait for it to end, or name another --out",
    "SQLITE_FULL": ": the disk is full; make room, {again}",
    "SQLITE_IOERR": ": the disk refused a write; is it full? Fix this, {again}",
    "SQLITE_READONLY": " cannot be written to; make it writable, {again}",
    "SQLITE_CANTOPEN": " cannot be opened; make it a file that you may write to, {again}",
    "SQLITE_NOTADB": " is not a results file; move it away, or name another --out",
    "SQLITE_CORRUPT": " is damaged; move it away (everything will be graded again)",
}
