"""Read a course's mistakes and alternatives: wrong and unusual ways to write a function."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from grader.course.folder import Exercise
from grader.errors import CourseError

SEPARATOR = "__"

Function = TypeVar("Function", bound=Callable[..., object])


def mistake(
    *,
    same_as: str = "",  # noqa: ARG001  # only read
    worth: float | None = None,  # noqa: ARG001
    at_most: bool = False,  # noqa: ARG001
) -> Callable[[Function], Function]:
    """Decorate a mistake with what there is to say of it beside its message.

    `same_as` is another mistake in the same file whose message it has. `worth` is the share of the
    points, such as 0.5, that it is worth if its checks add up to less; with `at_most`, also if they
    add up to more. Nothing happens when the file runs: all this is read from its source.
    """
    return lambda function: function


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to write one function: a mistake or an alternative, named FUNCTION__ID."""

    name: str
    function: str
    exercise: str
    path: Path
    doc: str
    is_def: bool
    line: int = 0
    # The whole file. All variants of a file share it.
    text: str = field(default="", compare=False, repr=False)
    worth: float | None = None
    at_most: bool = False

    @property
    def id(self) -> str:
        """The part of the name after the function's name."""
        return self.name.partition(SEPARATOR)[2]

    def pieces(self) -> tuple[list[str], str]:
        """Return the source of what it needs of its file (imports, helpers), and its own source."""
        shared, variants = _pieces_of(self.text)
        source = variants[self.name]
        # A variant may use another one above it in the file.
        words = set(re.findall(r"\w+", source)) - {self.name}
        used = [piece for name, piece in variants.items() if name in words]
        return [*shared, *used], source

    def source(self) -> bytes:
        """Return a file that holds this variant under the function's own name."""
        shared, source = self.pieces()
        return "\n\n".join([*shared, source, f"{self.function} = {self.name}\n"]).encode()


@lru_cache(maxsize=32)
def _pieces_of(text: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Split a file into the statements that all its variants share, and each variant's own."""
    shared: list[str] = []
    variants: dict[str, str] = {}
    lines = text.splitlines()
    for node in ast.parse(text).body:
        names = [name for name, _doc in _definitions(node) if SEPARATOR in name.lstrip("_")]
        # Without decorators, and without what they are imported from: learners' files have neither.
        if isinstance(node, ast.ImportFrom) and node.module == "grader.course":
            continue
        piece = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        variants.update(dict.fromkeys(names, piece))
        if not names:
            shared.append(piece)
    return tuple(shared), variants


def variants_in(exercise: Exercise, filename: str) -> list[Variant]:
    """Read the mistakes or alternatives of an exercise from the file `filename` in its folder.

    CourseError for a name that occurs twice or names no function of the exercise, and for a message
    that is taken from a mistake that has none.
    """
    path = exercise.folder / filename
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"{path} is missing; write it, even with few entries") from None
    functions = frozenset(function.name for function in exercise.functions)
    return list(_variants_in(text, path, exercise.slug, functions))


@lru_cache(maxsize=32)
def _variants_in(
    text: str, path: Path, slug: str, functions: frozenset[str]
) -> tuple[Variant, ...]:
    try:
        tree = ast.parse(text, str(path))
    except SyntaxError as error:
        raise CourseError(f"{path}, line {error.lineno}: {error.msg}") from error
    variants: dict[str, Variant] = {}
    same_as: dict[str, str] = {}
    for node in tree.body:
        for name, doc in _definitions(node):
            if name.startswith("_"):
                continue
            if SEPARATOR not in name:
                raise CourseError(
                    f"{path}: {name} is neither FUNCTION{SEPARATOR}ID nor a helper, which has a"
                    " leading _; rename it"
                )
            function = name.partition(SEPARATOR)[0]
            if function not in functions:
                raise CourseError(
                    f"{path}: {name}: this exercise has no function {function}; rename it"
                )
            if name in variants:
                raise CourseError(f"{path}: two functions are called {name}; rename one")
            is_def = isinstance(node, ast.FunctionDef)
            said = _said_of(node, path)
            if other := said.pop("same_as", ""):
                same_as[name] = other
            variants[name] = Variant(
                name, function, slug, path, doc, is_def, node.lineno, text, **said
            )
    for name, other in same_as.items():
        variants[name] = _with_message_of(other, variants, variants[name])
    return tuple(variants.values())


def _with_message_of(name: str, variants: Mapping[str, Variant], variant: Variant) -> Variant:
    if variant.doc or name not in variants or not variants[name].doc:
        raise CourseError(
            f"{variant.path}: {variant.name} takes its message from {name}; name another variant of"
            " this file that has a docstring, and give this one none"
        )
    return replace(variant, doc=variants[name].doc)


def _said_of(node: ast.stmt, path: Path) -> dict[str, Any]:
    """Return the arguments of `@mistake(...)`; CourseError unless they are plain and make sense."""
    for decorator in getattr(node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "mistake":
            said = {
                str(k.arg): getattr(k.value, "value", ast.unparse(k.value))
                for k in decorator.keywords
            }
            worth = said.get("worth", 0.0)
            if not isinstance(worth, int | float) or not 0 <= worth < 1:
                raise CourseError(
                    f"{path}, line {decorator.lineno}: write what it is worth as a share of the"
                    " points, such as worth=0.5"
                )
            return said
    return {}


def _definitions(node: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef):
        yield node.name, ast.get_docstring(node) or ""
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):  # pragma: no branch  # nothing else names a variant
                yield target.id, ""
