"""Load a submission statement by statement: a bad one costs only itself."""

from __future__ import annotations
import __future__

import ast
import hashlib
import linecache
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from grader import wire
from grader.worker.imports import StandIn

MAX_ERRORS = 50
MAX_FRAMES = 5

Report = Callable[[wire.Progress], None]


class Statement(NamedTuple):
    """One top-level statement, compiled, and where it stands.

    Its syntax tree, which takes many times the memory, is not kept: a child's memory is new, and
    every page of it costs time.
    """

    label: str
    line: int
    harmless: bool
    code: types.CodeType | None
    error: Exception | None
    function: str | None

    def runnable(self) -> types.CodeType:
        """The code; raises what compiling it raised."""
        if self.code is None:
            raise self.error or SyntaxError
        return self.code


class Submission:
    """The modules that a submission's files have become."""

    def __init__(self, request: wire.Load, report: Report) -> None:
        self.request = request
        self.report = report
        self.skip = set(request.skip)
        self.errors: list[wire.LoadError] = []
        self.modules: dict[str, types.ModuleType] = {}
        self.statements: dict[str, list[Statement]] = {}
        self.stubs: set[tuple[str, int]] = set()
        self.labels: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.started: set[str] = set()
        self.fingerprints: dict[str, str] = {}

    def load(self) -> wire.Loaded:
        """Parse every file, then run every file's statements; say what was found."""
        for place, source in enumerate(self.request.sources):
            self._parse(place, source)
        for source in self.request.sources:
            self._run(source)
        # From here on no statement is to blame.
        self.report(wire.Progress(-1, -1, "", 0))
        return wire.Loaded(
            definitions=tuple(self._definitions()),
            errors=tuple(self.errors),
            others=tuple(self._others())[:500],
        )

    def function(self, file: str, name: str) -> object:
        """What `file` binds to `name`."""
        return self.modules[file].__dict__[name]

    def importable(self) -> frozenset[str]:
        """The names under which submitted files can be imported."""
        sources = self.request.sources
        names = (name for source in sources for name in (source.stem, source.module))
        return frozenset((*names, *self.request.exercises))

    def module(self, stem: str) -> types.ModuleType:
        """The module that `import stem` gives: the .py and the notebook of one name made one.

        Of a function that both hold, the grader's choice counts; before it has chosen, one that is
        attempted goes before one that is a stub, and the .py before the notebook. An exercise that
        has no file of its own is looked for in all files, as it is when it is graded.
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
        return merged

    def _gathered(self, stem: str) -> types.ModuleType:
        """The course's functions, from wherever they are. ModuleNotFoundError if nowhere."""
        for source in self.request.sources:
            self._run(source)
        found = self._chosen_of(self.request.sources)
        if not found:
            raise ModuleNotFoundError(
                f"{stem} is not among the submitted files: hand it in too, or define what you need",
                name=stem,
            )
        module = types.ModuleType(stem)
        module.__dict__.update(found)
        return module

    def _chosen_of(self, sources: Sequence[wire.Source]) -> dict[str, object]:
        """Each of the course's functions as the best of these files has it."""
        chosen = {}
        for name in self.request.functions:
            holders = [s.name for s in sources if name in self.modules[s.name].__dict__]
            holders.sort(
                key=lambda file, name=name: (  # type: ignore[misc]
                    self.request.chosen.get(name) != file,
                    self._is_stub(self.function(file, name)),
                )
            )
            if holders:
                chosen[name] = self.function(holders[0], name)
        return chosen

    def frames(self, error: BaseException) -> tuple[wire.Frame, ...]:
        """Where in the submitted files an exception passed, innermost last."""
        frames = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename in self.labels:
                line = trace.tb_lineno
                text = self._line(code.co_filename, line)
                name = code.co_name if code.co_name != "<module>" else ""
                frames.append(
                    wire.Frame(
                        wire.clean(code.co_filename, 300),
                        line,
                        wire.clean(name, 300),
                        wire.clean(text, 300),
                    )
                )
            trace = trace.tb_next
        return tuple(frames[-MAX_FRAMES:])

    def _line(self, label: str, number: int) -> str:
        lines = _lines(self.texts[label])
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    def _parse(self, place: int, source: wire.Source) -> None:
        module = types.ModuleType(source.stem)
        module.__file__ = source.name
        # What notebooks take for granted.
        module.__dict__.update(display=StandIn("display"), get_ipython=StandIn("get_ipython"))
        self.modules[source.name] = module
        statements: list[Statement] = []
        self.statements[source.name] = statements
        self.report(wire.Progress(place, -1, source.name, 0))
        if (place, -1) in self.skip:
            return
        # The same for two files whose code is the same, whatever their comments and their form; a
        # file that has no twin needs none.
        has_twin = sum(other.stem == source.stem for other in self.request.sources) > 1
        digest = hashlib.sha256() if has_twin else None
        flags = 0  # a `from __future__` import holds for the rest of the file
        for cell in source.cells:
            self.labels[cell.label] = source.name
            self.texts[cell.label] = cell.text
            # Made into lines when somebody asks for one.
            linecache.cache[cell.label] = (partial(str, cell.text),)
            nodes, error = parse(cell.text, cell.label)
            for node in nodes:
                if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                    flags |= _future_flags(node)
                statements.append(compiled(node, cell.label, flags))
                if isinstance(node, ast.FunctionDef) and is_stub(node):
                    first = node.decorator_list[0] if node.decorator_list else node
                    self.stubs.add((cell.label, first.lineno))
                if digest is not None:
                    digest.update(_fingerprint(node))
            if error is not None:
                self._record(place, cell.label, error.lineno or 0, error)
        if digest is not None:
            self.fingerprints[source.name] = digest.hexdigest()

    def _run(self, source: wire.Source) -> None:
        if source.name in self.started:
            return
        self.started.add(source.name)
        # Classes look for their module where Python keeps modules.
        twins = sum(s.stem == source.stem for s in self.request.sources) > 1
        name = source.name if twins else source.stem
        self.modules[source.name].__name__ = name
        sys.modules.setdefault(name, self.modules[source.name])
        place = self.request.sources.index(source)
        module = self.modules[source.name]
        for index, statement in enumerate(self.statements[source.name]):
            if (place, index) in self.skip:
                continue
            if not statement.harmless:
                self.report(wire.Progress(place, index, statement.label, statement.line))
            try:
                exec(statement.runnable(), module.__dict__)  # noqa: S102  # it is what we are for
            except BaseException as error:  # noqa: BLE001  # SystemExit costs its statement only
                self._record(place, statement.label, statement.line, error)

    def _record(self, place: int, label: str, line: int, error: BaseException) -> None:
        if len(self.errors) < MAX_ERRORS:
            frames = self.frames(error)
            if isinstance(error, SyntaxError):
                text = wire.clean((error.text or "").rstrip("\n"), 300)
                frames = (*frames, wire.Frame(wire.clean(label, 300), line, "", text))
            report = wire.error_of(error, frames)
            if isinstance(error, SyntaxError):
                report = wire.Error(report.type, wire.clean(str(error.msg), 300), report.frames)
            self.errors.append(wire.LoadError(place, wire.clean(label, 300), line, report))

    def _is_stub(self, function: object) -> bool:
        code = _code_of(function)
        return (
            isinstance(code, types.CodeType)
            and (code.co_filename, code.co_firstlineno) in self.stubs
        )

    def _definitions(self) -> Iterator[wire.Definition]:
        for source in self.request.sources:
            namespace = self.modules[source.name].__dict__
            for name in self.request.functions:
                function = namespace.get(name)
                if not callable(function):
                    continue
                code = _code_of(function)
                origin = code.co_filename if isinstance(code, types.CodeType) else None
                own = self.labels.get(origin or "", source.name) == source.name
                fingerprint = self.fingerprints.get(source.name, source.name)
                yield wire.Definition(source.name, name, self._is_stub(function), own, fingerprint)

    def _others(self) -> Iterator[tuple[str, str]]:
        for source in self.request.sources:
            for statement in self.statements[source.name]:
                if statement.function and statement.function not in self.request.functions:
                    yield source.name, wire.clean(statement.function, 300)


def compiled(node: ast.stmt, label: str, flags: int) -> Statement:
    """A statement ready to run, or the error that compiling it gives (`return` outside a def)."""
    code = error = None
    try:
        code = compile(ast.Module([node], []), label, "exec", flags=flags, dont_inherit=True)
    except Exception as caught:  # noqa: BLE001  # also trees too deep; told when its turn comes
        error = caught
    function = node.name if isinstance(node, ast.FunctionDef) else None
    return Statement(label, node.lineno, _harmless(node), code, error, function)


def parse(text: str, label: str) -> tuple[list[ast.stmt], SyntaxError | None]:
    """The statements of `text`; with a syntax error, those that stand before and after it.

    IPython's magics are left out. A parser that gives up (nested too deep, NUL bytes) counts as a
    syntax error too.
    """
    try:
        return _parsed(text, label), None
    except SyntaxError as error:
        first = error
    lines = drop_cell_magic(_lines(text))
    for _ in range(len(lines) + 1):
        try:
            return _parsed("".join(lines), label), None
        except SyntaxError as error:
            first = error
        # Only the line at fault: another one that begins with % may go on an expression.
        number = (first.lineno or 0) - 1
        plain = without_magic(lines[number]) if 0 <= number < len(lines) else ""
        if not plain or plain == lines[number]:
            break
        lines[number] = plain
    return _salvaged([without_magic(line) for line in lines], label), first


def _parsed(text: str, label: str) -> list[ast.stmt]:
    try:
        return ast.parse(text, label).body
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "too deeply nested", (label, 0, 0, "")) from None


_CONTINUES = re.compile(r"[\s#)\]}]|(elif|else|except|finally)\b|$")


def _salvaged(lines: list[str], label: str) -> list[ast.stmt]:
    """What can be parsed of lines that as a whole cannot: blocks that begin in column 0."""
    starts = [
        number
        for number, line in enumerate(lines)
        if not _CONTINUES.match(line) and not (number and lines[number - 1].startswith("@"))
    ]
    statements: list[ast.stmt] = []
    block = 0
    bounds = [*starts, len(lines)]
    while block < len(starts):
        # Try longer pieces before giving up on one.
        for end in range(block + 1, min(block + LOOK_AHEAD, len(bounds))):
            piece = "".join(lines[bounds[block] : bounds[end]])
            try:
                nodes = _parsed(piece, label)
            except SyntaxError:
                continue
            for node in nodes:
                ast.increment_lineno(node, bounds[block])
            statements.extend(nodes)
            block = end
            break
        else:
            block += 1
    return statements


# Cell magics whose cell is Python all the same.
_PYTHON_CELLS = frozenset(("time", "timeit", "capture", "prun", "py", "python3", "python"))
_MAGIC_LINE = re.compile(
    r"(?P<indent>\s*)(?:%(?!%)|!|\?|[\w.]+\s*\?{1,2}\s*$|[\w, ]+=\s*[!%](?!=))"
)
_RUN = re.compile(
    r"(?P<indent>\s*)%run\s+(?:-\w+\s+)*[\"']?(?:\./)?(?P<module>\w+)(?:\.\w+)?[\"']?\s*$"
)
# A text in triple quotes may hold so many lines in column 0.
LOOK_AHEAD = 200


def drop_cell_magic(lines: list[str]) -> list[str]:
    """The lines of a cell without its `%%` line: all of them blank unless it holds Python."""
    for number, line in enumerate(lines):
        if line.startswith("%%"):
            name = line[2:].split()[:1]
            if name and name[0] not in _PYTHON_CELLS:
                return ["\n" for _ in lines]
            return [*lines[:number], "\n", *lines[number + 1 :]]
        if line.strip() and not line.startswith("#"):
            break
    return list(lines)


def without_magic(line: str) -> str:
    """`line`, or what stands for it if it is IPython's and not Python's."""
    if match := _RUN.match(line):
        return f"{match['indent']}from {match['module']} import *\n"
    match = _MAGIC_LINE.match(line)
    return f"{match['indent']}pass\n" if match else line


def _lines(text: str) -> list[str]:
    """Python's lines: a form feed or a Unicode line separator does not end one."""
    return re.findall(r"[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+\Z", text)


def is_stub(function: ast.FunctionDef) -> bool:
    """Whether a function is as the template left it: nothing but a docstring and a placeholder."""
    body = function.body[1:] if _is_text(function.body[0]) else function.body
    match body:
        case [] | [ast.Pass()]:
            return True
        case [ast.Expr(ast.Constant(value=value))] if value is ...:
            return True
        case [ast.Raise(exc=ast.Name(id="NotImplementedError"))]:
            return True
        case [ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError")))]:
            return True
    return False


def _is_text(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(ast.Constant(value=str())):
            return True
    return False


# What an annotation or a default may be made of and still neither hang nor kill.
_PLAIN = (
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Tuple,
    ast.Constant,
    ast.Load,
)


def _harmless(node: ast.stmt) -> bool:
    """Whether running this statement can neither hang nor kill: a plain def, a text, NumPy."""
    if isinstance(node, ast.FunctionDef):
        return not node.decorator_list and all(map(_is_plain, _evaluated(node)))
    if isinstance(node, ast.Import):
        return all(alias.name == "numpy" for alias in node.names)
    return _is_text(node)


def _evaluated(function: ast.FunctionDef) -> Iterator[ast.expr | None]:
    """What is computed when a function is defined: annotations and defaults."""
    args = function.args
    for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
        if arg is not None:
            yield arg.annotation
    yield from args.defaults
    yield from args.kw_defaults
    yield function.returns


def _is_plain(node: ast.expr | None) -> bool:
    """Whether an expression is made of names and constants only."""
    # These two come first because they are nearly all.
    if node is None or isinstance(node, ast.Name | ast.Constant):
        return True
    return all(isinstance(part, _PLAIN) for part in ast.walk(node))


def _future_flags(node: ast.ImportFrom) -> int:
    return sum(
        getattr(__future__, alias.name).compiler_flag
        for alias in node.names
        if alias.name in __future__.all_feature_names
    )


def _fingerprint(node: ast.stmt) -> bytes:
    """What a statement adds to its file's fingerprint; nothing, if it is a bare expression."""
    if isinstance(node, ast.Expr):
        return b""
    try:
        return ast.dump(node).encode("utf-8", "replace")
    except Exception:  # noqa: BLE001  # a tree too deep: the file is like no other
        return repr(id(node)).encode()


def _code_of(function: object) -> object:
    """A function's code object, or None for a callable that has none."""
    try:
        return getattr(function, "__code__", None)
    except BaseException:  # noqa: BLE001  # a learner's __getattr__ may raise anything
        return None
