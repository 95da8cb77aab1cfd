"""Import from the notebook of another exercise: `from ex01_layer_norm import layer_norm`.

Jupyter imports scripts only. Where no script of that name is found, the notebook beside this one is
read: what it imports, defines and assigns is run, and nothing else of it, such as its checks.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.worker.files import Unreadable
from grader.worker.parsing import parse
from grader.worker.sources import source_of

RUN = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


class Neighbours(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the notebooks in the current folder, each time anew."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,  # noqa: ARG002  # Python's interface
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a module is, if it is a notebook beside this one."""
        if path is not None or not Path(f"{fullname}.ipynb").is_file():
            return None
        return importlib.util.spec_from_loader(fullname, self)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run what the notebook imports, defines and assigns; what fails is left out."""
        file = Path(f"{module.__name__}.ipynb")
        try:
            source, _note = source_of(file.name, file.read_bytes())
        except Unreadable as error:
            raise ImportError(str(error)) from error
        for number, cell in enumerate(source.cells):
            label = f"{file.name}, cell {number + 1}"
            for node in parse(cell.text, label)[0]:
                if isinstance(node, RUN):
                    code = compile(ast.Module([node], []), label, "exec")
                    with suppress(Exception):
                        exec(code, vars(module))  # noqa: S102  # the learner's own notebook


def find_neighbours() -> None:
    """From now on, import notebooks where nothing else is found."""
    if not any(isinstance(finder, Neighbours) for finder in sys.meta_path):
        sys.meta_path.append(Neighbours())
