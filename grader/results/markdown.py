"""Read a course's Markdown as plain text for a terminal, with its formulas in Unicode."""

from __future__ import annotations

import re

_WORDS = {
    "cdot": "·",
    "times": "×",
    "ldots": "...",
    "dots": "...",
    "approx": "≈",
    "neq": "≠",
    "ne": "≠",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "sum": "Σ",
    "partial": "∂",
    "infty": "∞",
    "to": "→",
    "rightarrow": "→",
    "longrightarrow": "→",
    "top": "ᵀ",
    "quad": "  ",
    "qquad": "    ",
    "alpha": "α",  # noqa: RUF001
    "epsilon": "ε",
    "varepsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "Theta": "Θ",
    "lambda": "λ",
    "delta": "δ",
    "Delta": "Δ",
    "sigma": "σ",  # noqa: RUF001
    "left": "",
    "right": "",
}
_ABOVE = str.maketrans("0123456789-+T", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀ")
_BELOW = str.maketrans("0123456789-+", "₀₁₂₃₄₅₆₇₈₉₋₊")


def plain(markdown: str) -> str:
    """Return one paragraph of Markdown on one line: formulas in Unicode, code as it is."""
    # Every second part is code.
    parts = re.split(r"(`[^`]*`)", " ".join(markdown.split()))
    return "".join(part if part.startswith("`") else _text(part) for part in parts)


def _text(part: str) -> str:
    part = re.sub(r"\$\$?(.+?)\$\$?", lambda found: formula(found[1]), part)
    return re.sub(r"(\*\*?)([^*\s](?:[^*]*[^*\s])?)\1", r"\2", part)


def formula(latex: str) -> str:
    """Write the LaTeX of a formula in Unicode; what is not known stays as it is."""
    text = re.sub(r"\\[ ,;:!]", " ", latex)
    text = re.sub(r"\\(?:mathrm|text|mathbf|operatorname)\{([^{}]*)\}", r"\1", text)
    # These first: what is raised or lowered has braces within those of a fraction.
    text = re.sub(r"\^(?:\{([^{}]*)\}|(\w))", lambda found: _raised(found[1] or found[2]), text)
    text = re.sub(r"_(?:\{([^{}]*)\}|(\w))", lambda found: _lowered(found[1] or found[2]), text)
    text = re.sub(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}", _fraction, text)
    text = re.sub(r"\\([A-Za-z]+)", lambda found: _WORDS.get(found[1], found[1]), text)
    return re.sub(r"\s+", " ", text.replace("{", "").replace("}", "")).strip()


def _fraction(found: re.Match[str]) -> str:
    above, below = (
        part if re.fullmatch(r"[\w.]+", part) else f"({part})" for part in found.groups()
    )
    return f"{above}/{below}"


def _raised(text: str) -> str:
    if re.fullmatch(r"[0-9T]|-[0-9]", text):
        return text.translate(_ABOVE)
    return f"^{text}" if re.fullmatch(r"\w", text) else f"^({text})"


def _lowered(text: str) -> str:
    return text.translate(_BELOW) if re.fullmatch(r"[0-9]+", text) else f"_{text}"
