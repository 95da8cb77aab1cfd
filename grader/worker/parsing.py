"""Parse submitted files: leave out magics, and lose only the statement with a syntax error."""

from __future__ import annotations
import __future__

import ast
import copy
import re
import types
from collections.abc import Iterator
from typing import NamedTuple

# Annotations are not computed: a name that is missing in one costs nobody a function.
ANNOTATIONS = __future__.annotations.compiler_flag


class Statement(NamedTuple):
    """One top-level statement, compiled, with its place in the file.

    Its syntax tree is not kept: it takes many times the memory, and a child pays time for every new
    page of memory. `parts` are what to run where a decorated definition fails: the definition
    without its decorators, then each decorator's application.
    """

    label: str
    line: int
    harmless: bool
    code: types.CodeType | None
    error: Exception | None
    function: str | None
    parts: tuple[Statement, ...] = ()

    def runnable(self) -> types.CodeType:
        """Return the code; raise the error that compiling it raised."""
        if self.code is None:
            raise self.error or SyntaxError
        return self.code


_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def compiled(node: ast.stmt, label: str, flags: int) -> Statement:
    """Compile a statement, or keep the error of compiling it (`return` outside a function)."""
    code = error = None
    try:
        flags |= ANNOTATIONS
        code = compile(ast.Module([node], []), label, "exec", flags=flags, dont_inherit=True)
    except Exception as caught:  # noqa: BLE001  # also too deep a tree; raised when it is run
        error = caught
    function = node.name if isinstance(node, ast.FunctionDef) else None
    parts = tuple(compiled(part, label, flags) for part in _undecorated(node))
    return Statement(label, node.lineno, _harmless(node), code, error, function, parts)


def _undecorated(node: ast.stmt) -> Iterator[ast.stmt]:
    """Yield a decorated definition without its decorators, then each decorator's application."""
    if not isinstance(node, _DEFINITIONS) or not node.decorator_list:
        return
    plain = copy.copy(node)
    plain.decorator_list = []
    # Its code then begins where it began with the decorators.
    plain.lineno = node.decorator_list[0].lineno
    yield plain
    for decorator in reversed(node.decorator_list):
        decorated = ast.Call(decorator, [ast.Name(node.name, ast.Load())], [])
        applied = ast.Assign([ast.Name(node.name, ast.Store())], decorated)
        yield ast.fix_missing_locations(ast.copy_location(applied, decorator))


def parse(text: str, label: str) -> tuple[list[ast.stmt], SyntaxError | None]:
    """Return the statements of `text` and its syntax error, which costs only its own statement.

    IPython's magics are left out. A parser that gives up (nested too deep, NUL bytes) counts as a
    syntax error too.
    """
    try:
        return _parsed(text, label), None
    except SyntaxError as error:
        first = error
    lines = drop_cell_magic(lines_of(text))
    for _ in range(len(lines) + 1):  # pragma: no branch  # each pass blanks one line
        try:
            return _parsed("".join(lines), label), None
        except SyntaxError as error:
            first = error
        # Only the line with the error: another line that begins with % may continue an expression.
        number = (first.lineno or 0) - 1
        plain = without_magic(lines[number]) if 0 <= number < len(lines) else ""
        if not plain or plain == lines[number]:
            break
        lines[number] = plain
    return _salvaged([without_magic(line) for line in lines], label), first


def _parsed(text: str, label: str) -> list[ast.stmt]:
    try:
        nodes = ast.parse(text, label).body
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "too deeply nested", (label, 0, 0, "")) from None
    return [single for node in nodes for single in _singly(node)]


def _singly(node: ast.stmt) -> list[ast.stmt]:
    """Return what costs only itself if it fails: one import, one statement of marimo's cell."""
    match node:
        case ast.Import():
            return [ast.copy_location(ast.Import([alias]), node) for alias in node.names]
        case ast.FunctionDef(decorator_list=[decorator]) if _of_marimo(decorator) == "cell":
            inner = [each for each in node.body if not isinstance(each, ast.Return)]
        case ast.With(items=[ast.withitem(context)]) if _of_marimo(context) == "setup":
            inner = node.body
        case _:
            return [node]
    return [single for each in inner for single in _singly(each)]


def _of_marimo(node: ast.expr) -> str:
    """Return which part of a marimo notebook this is: `cell` for `@app.cell`, called or not."""
    match node.func if isinstance(node, ast.Call) else node:
        case ast.Attribute(ast.Name("app"), name):
            return name
    return ""


_CONTINUES = re.compile(r"[\s#)\]}]|(elif|else|except|finally)\b|$")


def _salvaged(lines: list[str], label: str) -> list[ast.stmt]:
    """Parse what can be parsed of lines with a syntax error: blocks that begin in column 0."""
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


# Cell magics whose cells contain Python.
_PYTHON_CELLS = frozenset("capture check prun py python python3 time timeit".split())
_MAGIC_LINE = re.compile(
    r"(?P<indent>\s*)(?:%(?!%)|!|\?|[\w.]+\s*\?{1,2}\s*$|[\w, ]+=\s*[!%](?!=))"
)
_RUN = re.compile(
    r"(?P<indent>\s*)%run\s+(?:-\w+\s+)*[\"']?(?:\./)?(?P<module>\w+)(?:\.\w+)?[\"']?\s*$"
)
# So many lines in column 0 may belong to one text in triple quotes.
LOOK_AHEAD = 200


def drop_cell_magic(lines: list[str]) -> list[str]:
    """Return the lines of a cell without its `%%` line; all blank unless the cell is Python."""
    for number, line in enumerate(lines):  # pragma: no branch  # comments alone give no error
        if line.startswith("%%"):
            name = line[2:].split()[:1]
            if name and name[0] not in _PYTHON_CELLS:
                return ["\n" for _ in lines]
            return [*lines[:number], "\n", *lines[number + 1 :]]
        if line.strip() and not line.startswith("#"):
            break
    return list(lines)


def without_magic(line: str) -> str:
    """Return `line`, or the Python that replaces it if it is IPython's."""
    if match := _RUN.match(line):
        return f"{match['indent']}from {match['module']} import *\n"
    match = _MAGIC_LINE.match(line)
    return f"{match['indent']}pass\n" if match else line


def lines_of(text: str) -> list[str]:
    """Split text into lines as Python does: not at a form feed or a Unicode line separator."""
    return re.findall(r"[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+\Z", text)


def is_stub(function: ast.FunctionDef) -> bool:
    """Return whether a function holds nothing but texts and placeholders."""
    return all(map(_is_placeholder, function.body))


def _is_placeholder(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Expr(ast.Constant()) | ast.Return(None | ast.Constant(None)):
            return True
        case ast.Return(ast.Constant(value=value)):
            return value is ...
        case ast.Raise(exc=ast.Name(id="NotImplementedError")):
            return True
        case ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
    return False


def _is_text(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(ast.Constant(value=str())):
            return True
    return False


# A default made of these can neither hang nor kill the process.
_PLAIN = (
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Tuple,
    ast.Constant,
    ast.Load,
)


def _harmless(node: ast.stmt) -> bool:
    """Return whether a statement can neither hang nor kill: a plain def, a text, import numpy."""
    if isinstance(node, ast.FunctionDef):
        defaults = (*node.args.defaults, *node.args.kw_defaults)
        return not node.decorator_list and all(map(_is_plain, defaults))
    if isinstance(node, ast.Import):
        return all(alias.name == "numpy" for alias in node.names)
    return _is_text(node)


def _is_plain(node: ast.expr | None) -> bool:
    """Return whether an expression consists of names and constants only."""
    # Checked first because nearly all are one of these.
    if node is None or isinstance(node, ast.Name | ast.Constant):
        return True
    return all(isinstance(part, _PLAIN) for part in ast.walk(node))


def future_flags(node: ast.stmt) -> int:
    """Return the compiler flags of a `from __future__` import; 0 for other statements."""
    if not isinstance(node, ast.ImportFrom) or node.module != "__future__":
        return 0
    return sum(
        getattr(__future__, alias.name).compiler_flag
        for alias in node.names
        if alias.name in __future__.all_feature_names
    )


def fingerprint_of(node: ast.stmt) -> bytes:
    """Return a statement's part of its file's fingerprint; empty for a bare expression."""
    if isinstance(node, ast.Expr):
        return b""
    try:
        return ast.dump(node).encode("utf-8", "replace")
    # The tree is too deep: treat the file as different from any other.
    except Exception:  # noqa: BLE001  # pragma: no cover  # its size depends on Python
        return repr(id(node)).encode()
