"""Draw the plots of the class report, as SVG without styles, which the page's policy bars."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from grader.results.figures import ClassFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
# Placeholders that are drawn, and then replaced by the page's own colours, light or dark.
INK, MARK = "#010203", "#040506"
# For a smaller class a plot says less than a table, and takes longer than grading it.
ENOUGH = 5
COLOURS = {INK: "currentColor", MARK: "var(--accent)"}


def plots_of(figures: ClassFigures) -> dict[str, str]:
    """Return SVG elements by name; none for a small class, or without matplotlib."""
    if figures.count < ENOUGH:
        return {}
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return {}
    return {
        "scores": _svg(
            _scores(Figure, figures), "scores", "How many learners have how many points"
        ),
        "functions": _svg(
            _functions(Figure, figures), "functions", "The share of learners with full points"
        ),
    }


def _scores(figure_of: type[Figure], figures: ClassFigures) -> Figure:
    from matplotlib.ticker import MaxNLocator

    figure = figure_of(figsize=(7.2, 2.6), layout="constrained")
    axes = figure.subplots()
    bins = figures.histogram
    width = bins[0][1] - bins[0][0]
    axes.bar([b[0] + width / 2 for b in bins], [b[2] for b in bins], width * 0.9, color=MARK)
    axes.set_xlabel("points")
    axes.set_ylabel("learners")
    axes.set_xlim(0, bins[-1][1])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    _quiet(axes)
    return figure


def _functions(figure_of: type[Figure], figures: ClassFigures) -> Figure:
    functions = list(figures.functions.values())
    figure = figure_of(figsize=(7.2, 0.8 + 0.26 * len(functions)), layout="constrained")
    axes = figure.subplots()
    positions = range(len(functions))
    axes.barh(positions, [100 * (f.rate or 0.0) for f in functions], 0.7, color=MARK)
    axes.set_yticks(positions, [f.name for f in functions])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("learners with full points, per cent")
    _quiet(axes)
    return figure


def _quiet(axes: Axes) -> None:
    """Remove the frame, and draw the axes in the colour of the page's text."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for spine in axes.spines.values():
        spine.set_color(INK)
    axes.tick_params(colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)


def _svg(figure: Figure, name: str, title: str) -> str:
    """Return a figure as an <svg> element with a title, and with attributes instead of styles."""
    from matplotlib import rc_context

    text = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ET.fromstring(text.getvalue())  # noqa: S314  # matplotlib has just written it
    _clean(root, name)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"plot-{name}")
    label = ET.Element(f"{{{SVG}}}title", {"id": f"plot-{name}"})
    label.text = title
    root.insert(0, label)
    return ET.tostring(root, encoding="unicode")


def _clean(element: ET.Element, name: str) -> None:
    for child in list(element):
        if child.tag.endswith(("}metadata", "}style")):
            element.remove(child)
        else:
            _clean(child, name)
            # It held only a style, and is empty now.
            if child.tag.endswith("}defs") and not len(child):
                element.remove(child)
    for declaration in element.attrib.pop("style", "").split(";"):
        key, _, value = declaration.partition(":")
        value = COLOURS.get(value.strip(), value.strip())
        if key.strip() == "font":  # pragma: no cover  # only older versions of matplotlib
            size = re.search(r"(\d+(\.\d+)?)px", value)
            element.set("font-size", size[1] if size else "10")
        elif key.strip():
            element.set(key.strip(), value)
    for key, value in list(element.attrib.items()):
        # The ids of two plots on one page must not be the same.
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key.endswith("href") and value.startswith("#"):
            element.set(key, f"#{name}-{value[1:]}")
        elif value.startswith("url(#"):
            element.set(key, f"url(#{name}-{value[5:]}")
