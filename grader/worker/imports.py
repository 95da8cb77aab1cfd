"""Decide which modules a submission can import: the same ones wherever it is graded.

NumPy and a named part of the standard library are preloaded; plotting and notebook tools are inert
stand-ins; a submission's own files can import each other; any other import fails with a sentence.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import platform
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, cast

import numpy as np

NUMPY = (
    "numpy",
    "numpy.char",
    "numpy.ctypeslib",
    "numpy.dtypes",
    "numpy.exceptions",
    "numpy.strings",
    "numpy.fft",
    "numpy.lib.format",
    "numpy.lib.scimath",
    "numpy.lib.stride_tricks",
    "numpy.linalg",
    "numpy.ma",
    "numpy.polynomial",
    "numpy.random",
    "numpy.rec",
    "numpy.testing",
    "numpy.typing",
)
STANDARD = (
    "__future__ abc argparse array ast bisect calendar cmath codecs collections collections.abc"
    " contextlib copy csv ctypes dataclasses datetime decimal difflib doctest enum errno fnmatch"
    " fractions functools gc glob hashlib heapq html importlib inspect io itertools json keyword"
    " linecache locale logging math numbers operator os os.path pathlib pickle platform pprint"
    " queue random re secrets shutil signal statistics string struct sys tempfile textwrap"
    " threading time timeit token tokenize traceback types typing unittest uuid"
    " warnings weakref zlib"
).split()
# Modules that NumPy or Python import behind the scenes, at first use.
BEHIND_THE_SCENES = (
    "_strptime encodings.ascii encodings.cp1250 encodings.cp1251 encodings.cp1252 encodings.cp437"
    " encodings.idna encodings.iso8859_15 encodings.iso8859_2 encodings.koi8_r encodings.latin_1"
    " encodings.unicode_escape encodings.utf_16 encodings.utf_32 encodings.utf_8_sig tracemalloc"
).split()
STAND_INS = frozenset(
    "IPython PIL google graphviz ipywidgets jupyterthemes marimo matplotlib mpl_toolkits nose otter"
    " pandas plotly pytest seaborn tqdm".split()
)
# The module with which learners check their work in a notebook.
NOTEBOOK = "grader.notebook"


def preload() -> None:
    """Import everything a submission may import, because a sealed child cannot read files."""
    for name in (*NUMPY, *STANDARD, *BEHIND_THE_SCENES):
        # Some versions of NumPy or Python lack some of these.
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    # f2py wraps Fortran, which no course needs; it is large, and every fork would pay for it.
    np.f2py = StandIn("numpy.f2py")
    with warnings.catch_warnings(action="ignore"):
        # `from numpy import *` reads all of these, and some are imported only when read.
        for name in np.__all__:
            getattr(np, name, None)


class StandIn(types.ModuleType):
    """An object that does nothing, whatever is called on it: `plt.plot(x)`, `with x:`."""

    _is_stand_in = True
    _items: Iterable[object] = ()

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        child = StandIn(f"{self.__name__}.{name}")
        self.__dict__[name] = child
        return child

    def __call__(self, *args: object, **kwargs: object) -> object:  # noqa: D102  # see the class
        if self.__name__.endswith(".subplots"):
            return StandIn("figure"), _axes(*args, **kwargs)
        # As a decorator (`@widgets.interact`) a stand-in must return the function.
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType):
            return args[0]
        result = StandIn(self.__name__)
        if self.__name__.startswith("tqdm") and args:
            # A progress bar wraps a loop that must still run.
            items: Any = args[0]
            if self.__name__.endswith("trange"):
                items = range(*cast("tuple[int, ...]", args))
            result.__dict__["_items"] = items
        return result

    def __getitem__(self, key: object) -> StandIn:
        return StandIn(self.__name__)

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __iter__(self) -> Iterator[object]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)  # type: ignore[arg-type]  # as long as what it wraps

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __repr__(self) -> str:
        return f"<{self.__name__}: not available while grading>"


def _axes(*args: object, **kwargs: object) -> object:
    """Return what `plt.subplots` returns beside the figure: one axes, or an array of them."""
    rows, columns = (
        kwargs.get(name, args[position] if len(args) > position else 1)
        for position, name in enumerate(("nrows", "ncols"))
    )
    if not (isinstance(rows, int) and isinstance(columns, int)) or rows == columns == 1:
        return StandIn("axes")
    grid = np.empty((rows, columns), dtype=object)
    for index in np.ndindex(rows, columns):
        grid[index] = StandIn("axes")
    return grid.squeeze()


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The only finder left in a child: submitted files and stand-ins, and refusals."""

    def __init__(self, submitted: frozenset[str], load: Callable[[str], types.ModuleType]) -> None:
        self.submitted = submitted
        self.load = load

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec:
        """Return a spec for `name`; ModuleNotFoundError with a sentence if it is unavailable."""
        top = name.partition(".")[0]
        stands_in = name == NOTEBOOK or top in STAND_INS
        if name in self.submitted or (stands_in and top not in self.submitted):
            return importlib.machinery.ModuleSpec(name, self, is_package=top in STAND_INS)
        if top in sys.builtin_module_names or top in sys.stdlib_module_names or top == "numpy":
            raise ModuleNotFoundError(f"{name} cannot be imported while grading", name=name)
        raise ModuleNotFoundError(
            f"{name} cannot be imported: this course uses NumPy and the standard library only",
            name=name,
        )

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the module of a submitted file, or a stand-in."""
        return self.load(spec.name) if spec.name in self.submitted else StandIn(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing: `create_module` has already run the file's statements."""


def forget_paths() -> None:
    """Remove every way to import from a file.

    This is done once, before any fork: emptying these caches in every child would touch, and so
    copy, much memory that the children can share.
    """
    sys.path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()


def forget_machine() -> None:
    """Let `platform` say nothing of the machine, of which it has noted the name and the kernel.

    It is left with an answer, since the system call would be denied: printing where one runs is no
    reason to fail.
    """
    platform._uname_cache = platform.uname_result("Linux", "", "", "", "")  # type: ignore[attr-defined]  # noqa: SLF001
    platform._platform_cache.clear()  # type: ignore[attr-defined]  # noqa: SLF001


def install(finder: Finder) -> None:
    """Make `finder` the only way to a module that is not loaded yet."""
    sys.meta_path[:] = [finder]
