"""Draw what a learner's function does: by matplotlib where it is installed, else in words.

Each picture is asked for with a function that computes it, so that one which cannot be computed yet
is a sentence and no traceback.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grader.notebook.guard import TimeUp, time_limit

Array = NDArray[np.float64]
PATIENCE_S = 10.0
# How many columns of numbers a table in words has, and how many rows and columns of a map.
COLUMNS, ROWS, ACROSS = 6, 21, 42
# Kinds of lines that differ without colour, too.
LINES = ("-", "--", "-.", ":", "-")
WITHOUT_A_SCREEN = ("agg", "cairo", "pdf", "pgf", "ps", "svg", "template")


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture shows, in words and as text; `draw` draws it on matplotlib's axes."""

    title: str
    words: str
    text: str
    draw: Callable[[Any], object]

    def _repr_html_(self) -> str:
        from markupsafe import escape

        image = self._svg()
        if not image:
            return f"<pre>{escape(repr(self))}</pre>"
        data = base64.b64encode(image).decode()
        words = escape(f"{self.title}. {self.words}")
        return (
            f'<img style="background: #fff; max-width: 100%" alt="{words}"'
            f' src="data:image/svg+xml;base64,{data}">'
        )

    def __repr__(self) -> str:
        return f"{self.title}\n\n{self.text}\n"

    def _svg(self) -> bytes:
        try:
            from matplotlib.figure import Figure
        except ImportError:
            return b""
        figure, file = Figure(figsize=(6, 3.6), layout="constrained"), io.BytesIO()
        self._draw_on(figure)
        figure.savefig(file, format="svg")
        return file.getvalue()

    def _draw_on(self, figure: Any) -> None:
        axes = figure.add_subplot()
        axes.set_title(self.title)
        self.draw(axes)

    def show(self) -> None:
        """Show it where this runs: below the cell, in a window, or as text."""
        marimo = sys.modules.get("marimo")
        if (display := _displaying()) is not None:
            display(self)
        elif marimo is not None and marimo.running_in_notebook():
            marimo.output.append(marimo.Html(self._repr_html_()))
        elif not self._in_a_window():
            print(self)  # noqa: T201  # a script of the learner's

    def _in_a_window(self) -> bool:
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            return False
        if plt.get_backend().lower() in WITHOUT_A_SCREEN:
            return False
        self._draw_on(plt.figure(layout="constrained"))
        plt.show()
        return True


def _displaying() -> Callable[[object], object] | None:
    """Return what displays an object below a cell of IPython's; None outside of one."""
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        return None
    display: Callable[[object], object] = ipython.display.display
    return display


def curves(
    compute: Callable[[], ArrayLike],
    x: ArrayLike,
    labels: Sequence[str],
    *,
    title: str,
    across: str,
    log: bool = False,
) -> None:
    """Draw curves: `compute()` gives their heights, (number of curves, len(x)).

    `across` says what `x` is; `log`: both axes are logarithmic.
    """
    xs = np.asarray(x, dtype=float)
    ys = _computed(compute, (len(labels), len(xs)))
    if ys is None:
        return

    def draw(axes: Any) -> None:
        for label, heights, style in zip(labels, ys, LINES, strict=False):
            axes.plot(xs, heights, style, label=label)
        axes.set_xlabel(across)
        if log:
            axes.loglog()
        axes.legend()

    ends = (
        f"{label}: {heights[0]:.3g} at {xs[0]:.3g}, {heights[-1]:.3g} at {xs[-1]:.3g},"
        f" lowest {heights.min():.3g} at {xs[heights.argmin()]:.3g}"
        for label, heights in zip(labels, ys, strict=True)
    )
    shown = np.linspace(0, len(xs) - 1, COLUMNS).round().astype(int)
    rows = [(across, xs[shown]), *zip(labels, ys[:, shown], strict=True)]
    Picture(title, f"{'; '.join(ends)}.", _table(rows), draw).show()


def heat_map(compute: Callable[[], ArrayLike], *, title: str, down: str, across: str) -> None:
    """Draw a matrix as colours, with its numbers: `compute()` gives it."""
    matrix = _computed(compute, (None, None))
    if matrix is None:
        return

    def draw(axes: Any) -> None:
        most = abs(matrix).max() or 1.0
        axes.imshow(matrix, cmap="RdBu", vmin=-most, vmax=most)
        for (row, column), value in np.ndenumerate(matrix):
            colour = "white" if abs(value) > 0.6 * most else "black"
            axes.text(column, row, f"{value:.3g}", ha="center", va="center", color=colour)
        axes.set(xticks=range(matrix.shape[1]), yticks=range(len(matrix)))
        axes.set(xlabel=across, ylabel=down)

    rows = [(f"{down} {number}", row) for number, row in enumerate(matrix)]
    words = f"One row for each {down}, one column for each {across}."
    numbers = "; ".join(f"{name}: {', '.join(f'{v:.3g}' for v in row)}" for name, row in rows)
    Picture(title, f"{words} {numbers}.", _table(rows), draw).show()


def regions(
    classify: Callable[[Array], ArrayLike], X: Array, Y: Array, *, title: str = "Decision regions"
) -> None:
    """Colour the plane by the most probable class: `classify(points)` gives (n, m) for (2, m).

    `X`, (2, m), and `Y`, (n, m), are examples and their labels.
    """
    low, high = X.min(axis=1) - 0.3, X.max(axis=1) + 0.3
    sides = [np.linspace(a, b, 160) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*sides)).reshape(2, -1)
    classes, found = _classes(classify, points, Y), _classes(classify, X, Y)
    if classes is None or found is None:
        return
    plane = classes.reshape(160, 160)

    def draw(axes: Any) -> None:
        levels = np.arange(len(Y) + 1) - 0.5
        axes.contourf(*sides, plane, levels=levels, cmap="viridis", alpha=0.4)
        axes.scatter(*X, c=Y.argmax(axis=0), cmap="viridis", edgecolors="black")
        axes.set_aspect("equal")

    right = int((found == Y.argmax(axis=0)).sum())
    shares = ", ".join(
        f"class {number + 1} has {share:.0%} of the plane"
        for number, share in enumerate(np.bincount(classes, minlength=len(Y)) / classes.size)
    )
    words = f"{right} of {X.shape[1]} examples lie in the region of their class; {shares}."
    coarse = plane[:: 160 // ROWS, :: 160 // ACROSS][::-1] + 1
    text = "\n".join("".join(map(str, row)) for row in coarse)
    text = f"{words} Each digit is the most probable class at its place:\n{text}"
    Picture(title, words, text, draw).show()


def _classes(
    classify: Callable[[Array], ArrayLike], points: Array, Y: Array
) -> NDArray[np.intp] | None:
    found = _computed(lambda: classify(points), (len(Y), points.shape[1]))
    return None if found is None else found.argmax(axis=0)


def _computed(compute: Callable[[], ArrayLike], shape: tuple[int | None, ...]) -> Array | None:
    """Return what a learner's functions give, or print why there is no picture."""
    try:
        with time_limit(PATIENCE_S, PATIENCE_S * 5), np.errstate(all="ignore"):
            values = np.asarray(compute(), dtype=float)
    except NotImplementedError as missing:
        why = f"{missing}" or "a function is still to be written"
        print(f"The picture has to wait: {why}.")  # noqa: T201  # told where the picture would be
        return None
    except TimeUp:
        print(f"No picture: there was no answer within {PATIENCE_S:g} seconds.")  # noqa: T201
        return None
    except Exception as error:  # noqa: BLE001  # any is the learner's
        print(f"No picture: it raised {type(error).__name__}: {error}.")  # noqa: T201
        return None
    wanted = [size or found for size, found in zip(shape, values.shape, strict=False)]
    if list(values.shape) != wanted or len(wanted) != len(shape):
        print(f"No picture: the numbers have shape {values.shape}; check your functions.")  # noqa: T201
        return None
    return values + 0.0  # no -0


def _table(rows: Sequence[tuple[str, Array]]) -> str:
    width = max(len(name) for name, _ in rows)
    return "\n".join(
        f"{name:<{width}}" + "".join(f"{value:>10.3g}" for value in values) for name, values in rows
    )
