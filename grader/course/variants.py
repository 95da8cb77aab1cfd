"""The wrong and the unusual ways to write a function, from a course's mistakes and alternatives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from grader.course.folder import Exercise
from grader.errors import CourseError

SEPARATOR = "__"


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to write one function: a mistake, or an alternative."""

    name: str
    function: str
    exercise: str
    path: Path
    doc: str
    is_def: bool

    @property
    def id(self) -> str:
        """The name without the function's."""
        return self.name.partition(SEPARATOR)[2]

    def pieces(self) -> tuple[list[str], str]:
        """The source of what it needs of its file (imports, helpers), and of the variant itself."""
        shared, variants = _pieces_of(self.path.read_text(encoding="utf-8"))
        own = variants[self.name]
        # A variant may be made of another one, above it in the file.
        used = [
            piece
            for name, piece in variants.items()
            if name != self.name and re.search(rf"\b{name}\b", own)
        ]
        return [*shared, *used], own

    def source(self) -> bytes:
        """A file that holds this variant under the function's own name."""
        shared, own = self.pieces()
        return "\n\n".join([*shared, own, f"{self.function} = {self.name}\n"]).encode()


@lru_cache(maxsize=8)
def _pieces_of(text: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The statements of a file that all its variants share, and each variant's own by its name."""
    shared: list[str] = []
    variants: dict[str, str] = {}
    lines = text.splitlines()
    for node in ast.parse(text).body:
        names = [name for name, _doc in _definitions(node) if SEPARATOR in name.lstrip("_")]
        piece = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        variants.update(dict.fromkeys(names, piece))
        if not names:
            shared.append(piece)
    return tuple(shared), variants


def variants_in(exercise: Exercise, filename: str) -> list[Variant]:
    """The mistakes or alternatives of an exercise, from the file `filename` in its folder.

    CourseError for a name that stands twice, or names no function of the exercise.
    """
    path = exercise.folder / filename
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        raise CourseError(f"{path} is missing; write it, even with few entries") from None
    except SyntaxError as error:
        raise CourseError(f"{path}, line {error.lineno}: {error.msg}") from error
    functions = {function.name for function in exercise.functions}
    found: dict[str, Variant] = {}
    for node in tree.body:
        for name, doc in _definitions(node):
            if name.startswith("_"):
                continue
            if SEPARATOR not in name:
                raise CourseError(
                    f"{path}: {name} is neither FUNCTION{SEPARATOR}ID nor a helper, whose name"
                    " begins with _; rename it"
                )
            function = name.partition(SEPARATOR)[0]
            if function not in functions:
                raise CourseError(f"{path}: {name}: {function} is no function of this exercise")
            if name in found:
                raise CourseError(f"{path}: two functions are called {name}; rename one")
            is_def = isinstance(node, ast.FunctionDef)
            found[name] = Variant(name, function, exercise.slug, path, doc, is_def)
    return list(found.values())


def _definitions(node: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef):
        yield node.name, ast.get_docstring(node) or ""
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):  # pragma: no branch  # nothing else names a variant
                yield target.id, ""
