"""Load a submission statement by statement, so that a bad statement costs only itself."""

from __future__ import annotations

import ast
import hashlib
import linecache
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from grader import wire
from grader.worker.codes import code_of, mentioned_in
from grader.worker.imports import StandIn
from grader.worker.parsing import (
    Statement,
    compiled,
    fingerprint_of,
    future_flags,
    is_stub,
    lines_of,
    parse,
)
from grader.worker.raising import raised
from grader.worker.standing_in import StandIns

MAX_ERRORS = 50
UNREAD = ("SyntaxError", "IndentationError", "TabError")
OUTSIDE = "outside function"

OnProgress = Callable[[wire.Progress], None]


class LoadedSubmission:
    """The modules made from a submission's files, and what went wrong while loading them.

    It lives as long as the child that loads it. `load` comes first and runs every file. The files
    import each other through `module`, which runs a file that has not been started yet. Before each
    statement that could hang or kill the process, `on_progress` tells the grader where loading is;
    `skip` in the request lists the statements that did so in an earlier child. Loading never
    raises: an error becomes an entry of `errors`.
    """

    def __init__(
        self,
        request: wire.LoadRequest,
        on_progress: OnProgress,
        stand_ins: StandIns | None = None,
    ) -> None:
        self.request = request
        self.on_progress = on_progress
        self.stand_ins = stand_ins
        self.skip = set(request.skip)
        self.errors: list[wire.LoadError] = []
        self.modules: dict[str, types.ModuleType] = {}
        self.statements: dict[str, list[Statement]] = {}
        self.stubs: set[tuple[str, int]] = set()
        self.labels: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        # The texts of which a line was asked for, split once.
        self.lines: dict[str, list[str]] = {}
        self.started: set[str] = set()
        self.fingerprints: dict[str, str] = {}

    def load(self) -> wire.Loaded:
        """Parse every file, then run every statement; return what the files define."""
        for index, source in enumerate(self.request.sources):
            self._parse(index, source)
        for source in self.request.sources:
            self._run(source)
        # Reports that all statements have run, so that none is blamed for what follows.
        self.on_progress(wire.Progress(-1, -1, "", 0))
        return wire.Loaded(
            definitions=tuple(self._definitions()),
            errors=tuple(self.errors),
            others=tuple(self._others())[:500],
        )

    def function(self, file: str, name: str) -> object:
        """Return what the file named `file` binds to `name`. KeyError if it binds nothing."""
        return self._namespace(file)[name]

    def _put_stand_ins_into(self, module: types.ModuleType) -> None:
        if self.stand_ins is not None:
            self.stand_ins.put_into(module.__dict__)

    def _namespace(self, file: str) -> Mapping[str, object]:
        """Return what a file binds, with no stand-ins."""
        namespace = self.modules[file].__dict__
        return namespace if self.stand_ins is None else self.stand_ins.defined(namespace)

    def importable(self) -> frozenset[str]:
        """Return the names under which submitted files can be imported."""
        sources = self.request.sources
        names = (name for source in sources for name in (source.stem, source.module))
        return frozenset((*names, *self.request.exercises))

    def module(self, stem: str) -> types.ModuleType:
        """Return the module for `import stem`, merged from a .py file and a notebook of that name.

        Where both define a function, the grader's choice counts; before it has chosen, an attempted
        function goes before a stub, and the .py file before the notebook. An exercise without a
        file of its own is looked for in all files, as it is when it is graded.
        """
        sources = [source for source in self.request.sources if source.stem == stem]
        sources = sources or [source for source in self.request.sources if source.module == stem]
        if not sources:
            return self._gathered(stem)
        for source in sources:
            self._run(source)
        if len(sources) == 1:
            return self.modules[sources[0].name]
        merged = types.ModuleType(stem)
        for source in reversed(sources):
            merged.__dict__.update(self.modules[source.name].__dict__)
        merged.__dict__.update(self._chosen_of(sources))
        self._put_stand_ins_into(merged)
        return merged

    def _gathered(self, stem: str) -> types.ModuleType:
        """Return a module of the course's functions from all files. ModuleNotFoundError if none."""
        for source in self.request.sources:
            self._run(source)
        functions = self._chosen_of(self.request.sources)
        if not functions and self.stand_ins is None:
            raise ModuleNotFoundError(
                f"{stem} is not among the submitted files: hand it in too, or define what you need",
                name=stem,
            )
        module = types.ModuleType(stem)
        module.__dict__.update(functions)
        self._put_stand_ins_into(module)
        return module

    def _chosen_of(self, sources: Sequence[wire.Source]) -> dict[str, object]:
        """Return each of the course's functions from the best of the files that define it."""
        chosen = {}
        for name in self.request.functions:
            holders = [s.name for s in sources if name in self._namespace(s.name)]
            holders.sort(
                key=lambda file, name=name: (  # type: ignore[misc]
                    self.request.chosen.get(name) != file,
                    self._is_stub(self.function(file, name)),
                )
            )
            if holders:
                chosen[name] = self.modules[holders[0]].__dict__[name]
        return chosen

    def error_of(self, error: BaseException) -> wire.Error:
        """Describe an exception, with where it passed through the submitted files."""
        return raised(error, self._label, self._line)

    def _label(self, frame: types.FrameType) -> str:
        name = frame.f_code.co_filename
        return name if name in self.labels else ""

    def _line(self, label: str, number: int) -> str:
        if label not in self.lines:
            self.lines[label] = lines_of(self.texts[label])
        lines = self.lines[label]
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def _parse(self, index: int, source: wire.Source) -> None:
        module = types.ModuleType(source.stem)
        module.__file__ = source.name
        # Notebooks may use these without an import.
        module.__dict__.update(display=StandIn("display"), get_ipython=StandIn("get_ipython"))
        self.modules[source.name] = module
        statements: list[Statement] = []
        self.statements[source.name] = statements
        self.on_progress(wire.Progress(index, -1, source.name, 0))
        if (index, -1) in self.skip:
            return
        # Files with the same code get the same fingerprint, whatever their comments and format.
        # Only files that share a stem are compared.
        has_twin = sum(other.stem == source.stem for other in self.request.sources) > 1
        digest = hashlib.sha256() if has_twin else None
        flags = 0  # a `from __future__` import holds for the rest of the file
        for cell in source.cells:
            self.labels[cell.label] = source.name
            self.texts[cell.label] = cell.text
            # Split into lines only when a line is asked for.
            linecache.cache[cell.label] = (partial(str, cell.text),)
            nodes, error = parse(cell.text, cell.label)
            for node in nodes:
                flags |= future_flags(node)
                statements.append(compiled(node, cell.label, flags))
                if isinstance(node, ast.FunctionDef) and is_stub(node):
                    first = node.decorator_list[0] if node.decorator_list else node
                    self.stubs.add((cell.label, first.lineno))
                if digest is not None:
                    digest.update(fingerprint_of(node))
            if error is not None:
                self._record(index, cell.label, error.lineno or 0, error)
        if digest is not None:
            self.fingerprints[source.name] = digest.hexdigest()

    def _run(self, source: wire.Source) -> None:
        if source.name in self.started:
            return
        self.started.add(source.name)
        # A class finds its own module through sys.modules.
        twins = sum(s.stem == source.stem for s in self.request.sources) > 1
        name = source.name if twins else source.stem
        self.modules[source.name].__name__ = name
        sys.modules.setdefault(name, self.modules[source.name])
        source_index = self.request.sources.index(source)
        module = self.modules[source.name]
        self._put_stand_ins_into(module)
        for index, statement in enumerate(self.statements[source.name]):
            if (source_index, index) in self.skip:
                continue
            if not statement.harmless:
                self.on_progress(
                    wire.Progress(source_index, index, statement.label, statement.line)
                )
            try:
                self._execute(source_index, statement, module.__dict__)
            except BaseException as error:  # noqa: BLE001  # SystemExit costs its statement only
                self._record(source_index, statement.label, statement.line, error)
            self._put_stand_ins_into(module)

    def _execute(self, source: int, statement: Statement, namespace: dict[str, Any]) -> None:
        """Run a statement; a decorator that fails is left out and recorded."""
        try:
            exec(statement.runnable(), namespace)  # noqa: S102  # the purpose of this process
        except BaseException:
            if not statement.parts:
                raise
            definition, *decorators = statement.parts
            exec(definition.runnable(), namespace)  # noqa: S102
            for part in decorators:
                try:
                    exec(part.runnable(), namespace)  # noqa: S102
                except BaseException as error:  # noqa: BLE001  # as for any statement
                    self._record(source, part.label, part.line, error)

    def _record(self, source_index: int, label: str, line: int, error: BaseException) -> None:
        if len(self.errors) < MAX_ERRORS and not self._follows(label, error):
            packed = self.error_of(error)
            if isinstance(error, SyntaxError):
                message = wire.clean(str(error.msg), 300)
                text = wire.clean((error.text or "").rstrip("\n"), 300)
                place = wire.TracebackLine(wire.clean(label, 300), line, "", text)
                packed = wire.Error(packed.type, message, (*packed.frames, place))
            self.errors.append(wire.LoadError(source_index, wire.clean(label, 300), line, packed))

    def _follows(self, label: str, error: BaseException) -> bool:
        """Return whether this is only what is left of a function that could not be read."""
        return (
            isinstance(error, SyntaxError)
            and str(error.msg).endswith(OUTSIDE)
            and any(
                known.label == label
                and known.error.type in UNREAD
                and not known.error.message.endswith(OUTSIDE)
                for known in self.errors
            )
        )

    def _is_stub(self, function: object) -> bool:
        code = code_of(function)
        return (
            isinstance(code, types.CodeType)
            and (code.co_filename, code.co_firstlineno) in self.stubs
        )

    def _definitions(self) -> Iterator[wire.Definition]:
        for source in self.request.sources:
            namespace = self._namespace(source.name)
            for name in self.request.functions:
                function = namespace.get(name)
                if not callable(function):
                    continue
                code = code_of(function)
                origin = code.co_filename if isinstance(code, types.CodeType) else None
                here = self.labels.get(origin or "", source.name) == source.name
                fingerprint = self.fingerprints.get(source.name, source.name)
                mentioned = mentioned_in(function) & set(self.request.functions) - {name}
                yield wire.Definition(
                    source.name,
                    name,
                    self._is_stub(function),
                    here,
                    fingerprint,
                    tuple(sorted(mentioned)),
                )

    def _others(self) -> Iterator[tuple[str, str]]:
        for source in self.request.sources:
            for statement in self.statements[source.name]:
                if statement.function and statement.function not in self.request.functions:
                    yield source.name, wire.clean(statement.function, 300)
