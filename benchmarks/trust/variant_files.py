"""Write a course's mistakes and alternatives as submissions, without any of the grader's code.

They are read with `ast`, so that versions whose modules have other names can grade the same files.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

KINDS = ("mistakes", "alternatives")


class Statement(NamedTuple):
    """A top-level statement of a file of mistakes or alternatives."""

    text: str
    names: list[str]
    uses: set[str]

    @property
    def is_variant(self) -> bool:
        """Whether it is one way to write a function, and not a helper for all of them."""
        return any(is_variant(name.lstrip("_")) for name in self.names)


class Variant(NamedTuple):
    """One way to write one function: the file it is handed in as, and that file's source."""

    function: str
    file: str
    source: str


def is_variant(name: str) -> bool:
    """Whether a name is FUNCTION__ID."""
    return "__" in name and not name.startswith("_")


def variants_of(course: Path) -> dict[str, Variant]:
    """All mistakes and alternatives of a course, by a name for who hands each in."""
    return {
        f"{kind}-{name}": Variant(name.partition("__")[0], f"{folder.name}.py", source)
        for folder in exercises(course)
        for kind in KINDS
        for name, source in sources_in(folder / f"{kind}.py")
    }


def exercises(course: Path) -> list[Path]:
    """The folders of a course's exercises."""
    return sorted(path.parent for path in course.glob("*/reference.py"))


def sources_in(path: Path) -> Iterator[tuple[str, str]]:
    """The name of each variant in a file, and the source of a file that holds it alone.

    It holds what is for all variants, too, and those others that this one is made of.
    """
    text = path.read_text(encoding="utf-8")
    statements = [statement_of(node, text) for node in ast.parse(text).body]
    for own in statements:
        for name in filter(is_variant, own.names):
            kept: list[str] = []
            uses = set(own.uses)
            for other in reversed(statements):
                if other is not own and (not other.is_variant or uses & set(other.names)):
                    kept.insert(0, other.text)
                    uses |= other.uses
            function = name.partition("__")[0]
            yield name, "\n\n\n".join([*kept, own.text, f"{function} = {name}\n"])


def statement_of(node: ast.stmt, text: str) -> Statement:
    """A statement, with the names that it defines and those that it uses."""
    decorators = [decorator.lineno for decorator in getattr(node, "decorator_list", [])]
    lines = text.splitlines()[min([node.lineno, *decorators]) - 1 : node.end_lineno]
    targets = [getattr(target, "id", "") for target in getattr(node, "targets", [])]
    uses = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return Statement("\n".join(lines), [getattr(node, "name", ""), *targets], uses)


def write_alone(variants: dict[str, Variant], folder: Path) -> Path:
    """Write each variant as all that somebody has handed in."""
    for student, variant in variants.items():
        write(folder / student / variant.file, variant.source)
    return folder


def write_whole(variants: dict[str, Variant], course: Path, folder: Path) -> Path:
    """Write each variant in place of one function of a right solution of all exercises."""
    solved = {
        f"{exercise.name}.py": (exercise / "reference.py").read_text(encoding="utf-8")
        for exercise in exercises(course)
    }
    for student, variant in variants.items():
        changed = with_variant(solved[variant.file], variant)
        for name, text in (solved | {variant.file: changed}).items():
            write(folder / student / name, text)
    return folder


def with_variant(text: str, variant: Variant) -> str:
    """A solution with one function written in another way; ValueError if it has no such one."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == variant.function:
            lines[node.lineno - 1 : node.end_lineno] = variant.source.splitlines()
            return "\n".join(lines) + "\n"
    raise ValueError(f"no solution in {variant.file} defines {variant.function}")


def write(path: Path, text: str) -> None:
    """Write a file, and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
