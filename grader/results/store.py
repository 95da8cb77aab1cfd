"""The results of a class in one SQLite file: a killed run goes on, unchanged work is not redone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader.errors import UsageError
from grader.model import Move, SubmissionResult
from grader.plan import Plan
from grader.results.rows import EncodedResult, StoredFingerprints, submission_from_rows

FILE = "results.sqlite"
FORMAT = "1"

# `run`: which run of the command graded it last. `key` is null where the grader failed: such a
# result is never used again. `published`: what the last completed run wrote into the gradebook.
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE submission (
    student TEXT PRIMARY KEY, run INTEGER NOT NULL, handed BLOB NOT NULL, plan BLOB NOT NULL,
    result BLOB NOT NULL, notes BLOB NOT NULL
);
CREATE TABLE function (
    student TEXT, function TEXT, exercise TEXT NOT NULL, key BLOB, score REAL,
    result BLOB NOT NULL, PRIMARY KEY (student, function)
);
CREATE TABLE published (
    student TEXT, function TEXT, score REAL, PRIMARY KEY (student, function)
) WITHOUT ROWID;
"""
# What is known of this run only.
_TEMPORARY = """
CREATE TEMP TABLE present (student TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE person (student TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE planned (place INTEGER PRIMARY KEY, function TEXT NOT NULL);
CREATE TEMP TABLE override (
    student TEXT, function TEXT, points REAL NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (student, function)
) WITHOUT ROWID;
"""
# CROSS keeps the order of the loops, which is the order of the rows: nothing is sorted in memory.
_PRESENT = (
    " FROM present CROSS JOIN submission USING (student) CROSS JOIN planned"
    " CROSS JOIN function USING (student, function) LEFT JOIN override USING (student, function)"
)


class Store:
    """The stored results of one folder, for one grader at a time. Use it as a context manager.

    UsageError says what is wrong with the file or the disk, and what to do.
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
            # SQLite itself would tell of a disk that fails.
            raise UsageError(
                f"{self.path} cannot be written to: {error.strerror}; make it writable, {_KEPT}"
            ) from error
        with self._told():
            self._connection = sqlite3.connect(self.path, timeout=0, isolation_level=None)
            try:
                self._open()
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def begin(self, plan: Plan, plan_fingerprint: bytes, *, regrade: bool) -> None:
        """Start a run, or go on with one; with `regrade` what is stored does not count.

        A run that was to grade everything again and did not come to its end is gone on with: what
        it had graded does count.
        """
        with self._transaction():
            self._run = int(self._meta("run") or 0) + 1
            self._set_meta("run", str(self._run))
            if regrade:
                since, _, key = (self._meta("regrading") or "").partition(" ")
                self._since = int(since) if key == plan_fingerprint.hex() else self._run
                self._set_meta("regrading", f"{self._since} {plan_fingerprint.hex()}")
            functions = [f for exercise in plan.exercises for f in exercise.functions]
            for place, function in enumerate(functions):
                self._execute("INSERT INTO planned VALUES (?, ?)", place, function.name)

    def known(self, student: str) -> StoredFingerprints | None:
        """What is stored of this student's submission, if it counts."""
        with self._told():
            row = self._row(
                "SELECT handed, plan FROM submission WHERE student = ? AND run >= ?",
                student,
                self._since,
            )
            if row is None:
                return None
            fingerprints = self._rows(
                "SELECT function, key FROM function WHERE student = ?", student
            )
            submission_hash, plan = row
            return StoredFingerprints(submission_hash, plan, dict(fingerprints))

    def keep(self, answers: Iterable[tuple[str, EncodedResult | None]]) -> None:
        """Note that students take part in this run; store what was graded, all or nothing."""
        with self._transaction():
            for student, graded in answers:
                self._execute("INSERT OR IGNORE INTO present VALUES (?)", student)
                if graded is None:
                    continue
                self._execute(
                    "INSERT OR REPLACE INTO submission VALUES (?, ?, ?, ?, ?, ?)",
                    student,
                    self._run,
                    *graded[:4],
                )
                rows = ((student, *row) for row in graded.functions)
                statement = "INSERT OR REPLACE INTO function VALUES (?, ?, ?, ?, ?, ?)"
                self._connection.executemany(statement, rows).close()

    def is_present(self, student: str) -> bool:
        """Whether a student takes part in this run."""
        return self._row("SELECT 1 FROM present WHERE student = ?", student) is not None

    def name(self, student: str, name: str) -> None:
        """Let the reports call a student by their full name; no stored result depends on it."""
        self._execute("INSERT OR REPLACE INTO person VALUES (?, ?)", student, name)

    def override(self, student: str, function: str, points: float, reason: str) -> None:
        """Let a manual mark stand in the reports; the stored result stays what it is."""
        self._execute("INSERT INTO override VALUES (?, ?, ?, ?)", student, function, points, reason)

    def absent(self) -> int:
        """How many students are stored that do not take part in this run."""
        row = self._row(
            "SELECT count(*) FROM submission WHERE student NOT IN (SELECT student FROM present)"
        )
        assert row is not None
        return int(row[0])

    def results(self) -> Iterator[SubmissionResult]:
        """The result of each student who takes part, sorted, with the planned functions only."""
        with self._told():
            rows = self._rows(
                "SELECT student, submission.result, notes, function.result, points, reason, name"
                f"{_PRESENT} LEFT JOIN person USING (student) ORDER BY student, place"
            )
            for _student, group in groupby(rows, key=itemgetter(0)):
                stored = list(group)
                _, head, notes, *_ = stored[0]
                yield submission_from_rows(head, notes, [row[3:] for row in stored])

    def moves(self) -> Iterator[Move]:
        """Whose points are other than the last completed run's, sorted by student."""
        with self._told():
            rows = self._rows(
                "SELECT student, exercise, function, published.score,"
                " coalesce(points, function.score), points IS NOT NULL"
                f"{_PRESENT} JOIN published USING (student, function)"
                " WHERE published.score IS NOT coalesce(points, function.score)"
                " ORDER BY student, place"
            )
            for student, exercise, function, before, after, overridden in rows:
                yield Move(student, exercise, function, before, after, bool(overridden))

    def publish(self) -> None:
        """Take the points of this run for those that the next one's are compared with."""
        with self._transaction():
            self._execute(
                "INSERT OR REPLACE INTO published SELECT student, function,"
                f" coalesce(points, function.score){_PRESENT}"
            )
            self._execute("DELETE FROM meta WHERE name = 'regrading'")

    def _open(self) -> None:
        # The lock is held as long as the connection, and keeps a second grader out.
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
            if (found := self._meta("format")) != FORMAT:
                raise UsageError(
                    f"{self.path} has format {found}, this grader reads {FORMAT}; move it away"
                    " (all is graded again then), or name another --out"
                )
        self._execute_all(_TEMPORARY)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of what is written in the block, or nothing."""
        with self._told():
            self._execute("BEGIN IMMEDIATE")
            try:
                yield
                self._execute("COMMIT")
            except BaseException:
                # SQLite has ended it itself when the disk was full.
                if self._connection.in_transaction:
                    self._execute("ROLLBACK")
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in a sentence what SQLite reports by a code."""
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
        # sqlite3's own executescript would end a transaction first.
        for statement in statements.split(";"):
            self._execute(statement)

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        return next(iter(self._rows(query, *values)), None)

    def _rows(self, query: str, *values: object) -> Iterable[tuple[Any, ...]]:
        return self._connection.execute(query, values)


def _reason(error: sqlite3.Error) -> str:
    """What happened and what to do, as the end of a sentence that begins with the file."""
    name = getattr(error, "sqlite_errorname", "")
    for code, reason in _REASONS.items():
        if name.startswith(code):
            return reason.format(kept=_KEPT)
    return f" cannot be used ({error}); mend that, {_KEPT}"


_KEPT = "then give the same command again; what was graded is kept"
_REASONS = {
    "SQLITE_BUSY": ": another grader is at work there; wait for it, or name another --out",
    "SQLITE_FULL": ": the disk is full; make room, {kept}",
    "SQLITE_IOERR": ": the disk does not take what is written; look whether it is full, {kept}",
    "SQLITE_READONLY": " cannot be written to; make it writable, {kept}",
    "SQLITE_CANTOPEN": " cannot be opened; make it a file that you may write to, {kept}",
    "SQLITE_NOTADB": " is no file of results; move it away, or name another --out",
    "SQLITE_CORRUPT": " is damaged; move it away (all is graded again then)",
}
