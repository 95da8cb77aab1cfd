"""What an attack is: what is handed in, and the honest part of it whose points it may have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SOFTMAX = """import numpy as np


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)
"""
# Contents that take long to make are made when they are written.
Contents = bytes | Callable[[], bytes]
Files = dict[str, Contents]
# Puts something more than plain files into a submission's folder: (folder, places).
Maker = Callable[[Path, dict[str, str]], None]


@dataclass(frozen=True)
class Attack:
    """One attack: a learner of its own in the class."""

    name: str
    family: str
    files: Files
    twin: Files
    marks: frozenset[str] = frozenset()
    maker: Maker | None = None
    # The entry's name in the class, where it is not the attack's.
    entry: bytes | None = None
    # Where the entry is a file, not a folder.
    alone: bool = False
    needs_root: bool = False
    says: str = field(default="tried: ")

    @property
    def student(self) -> str:
        return self.name


HONEST: Files = {"ex01_softmax.py": SOFTMAX.encode()}


def beside(
    name: str, family: str, files: dict[str, Contents | str], says: str = "", *, live: bool = False
) -> Attack:
    """A weapon beside a right softmax."""
    marks = frozenset() if live else frozenset(["stopped"])
    made = {n: d.encode() if isinstance(d, str) else d for n, d in files.items()}
    return Attack(name, family, HONEST | made, HONEST, marks, says=says)


def in_folder(name: str, family: str, maker: Maker, says: str = "", **options: object) -> Attack:
    marks = frozenset(["stopped", "costs"] if options.pop("costs", False) else ["stopped"])
    return Attack(name, family, HONEST, HONEST, marks, maker, says=says, **options)
