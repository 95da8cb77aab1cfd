"""Draw what learners see in a terminal: docs/learner-screens.md and its pictures.

    python docs/images/screens.py

Each scene runs real commands in a terminal of 80 columns, in a new folder of exercises, and draws
what they print as SVG. Run it again after a change to what learners read.
"""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "screens"
PAGE = HERE.parent / "learner-screens.md"
GRADER = str(Path(sys.executable).with_name("grader"))
COLUMNS = 80
SIZE, WIDTH, HEIGHT, MARGIN = 14, 8.43, 19, 14
STYLES = {
    "1": 'font-weight="bold"',
    "2": 'fill="#a8a8a8"',
    "31": 'fill="#ff9b93"',
    "32": 'fill="#7ee787"',
    "33": 'fill="#f2cc60"',
}

INTRODUCTION = """\
Twelve screens of a terminal with 80 columns, drawn from real runs by `docs/images/screens.py`. Colour is never
the only sign; with `NO_COLOR=1` there is none. What the commands do is told in [learners.md](learners.md)."""

SOFTMAX = """import numpy as np
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
"""
DIAGONAL = """from ex01_softmax import softmax
import numpy as np
def softmax_jacobian(z):
    a = softmax(z)
    return np.diagflat(a * (1 - a))
def softmax_jacobian_batch(Z):
    raise NotImplementedError
"""
BACKWARD = """import numpy as np
def backward(params, cache, X, Y, hidden="tanh"):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    slope = 1 - cache["A1"] ** 2 if hidden == "tanh" else cache["Z1"] > 0
    dZ1 = params["W2"].T @ dZ2 * slope
    return {
        "dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m,
        "dW2": dZ2 @ cache["A1"].T / m, "db2": dZ2.mean(axis=1, keepdims=True) / m,
    }
"""


@dataclass(frozen=True)
class Scene:
    """Files to write, commands to type, keys to press once a screen is there, and what it shows."""

    name: str
    title: str
    commands: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)
    # Each with the words to wait for before it is pressed.
    keys: tuple[tuple[str, str], ...] = ()


SCENES = (
    Scene(
        "start",
        "Getting the exercises: scripts or notebooks, whichever you like",
        ("start softmax",),
        keys=(("[scripts]", "notebooks\n"),),
    ),
    Scene("begin", "The first check: nothing is written yet", ("check",)),
    Scene(
        "mistake",
        "A mistake that the grader knows: what it looks like, why, and a question",
        ("check ex01_softmax",),
        {"ex01_softmax.py": SOFTMAX.replace("axis=0", "axis=1, keepdims=True")},
    ),
    Scene(
        "exception",
        "An exception: your line, what the names in it held, and plain words",
        ("check ex01_softmax",),
        {"ex01_softmax.py": SOFTMAX.replace("E.sum(axis=0)", "E.sum(axis=1)")},
    ),
    Scene(
        "syntax",
        "A line that Python cannot read: told once, with its number",
        ("check ex01_softmax",),
        {"ex01_softmax.py": SOFTMAX.replace("    return", "      return")},
    ),
    Scene(
        "first-green",
        "The first green line, and what to notice, which is said once",
        ("check ex01_softmax",),
        {"ex01_softmax.py": SOFTMAX},
    ),
    Scene(
        "overview",
        "The folder: a line for each exercise, details of the first that fails",
        ("check",),
        {"ex01_softmax.py": SOFTMAX, "ex02_jacobian.py": DIAGONAL},
    ),
    Scene(
        "show",
        "The call that fails as code, to paste into a prompt",
        ("check --show backward",),
        {"ex01_softmax.py": SOFTMAX, "ex06_network.py": BACKWARD},
    ),
    Scene(
        "hint",
        "Hints come one at a time, those first that fit what fails",
        ("hint backward", "hint softmax_jacobian", "hint softmax_jacobian"),
        {
            "ex01_softmax.py": SOFTMAX,
            "ex02_jacobian.py": DIAGONAL,
            "ex06_network.py": BACKWARD,
        },
    ),
    Scene(
        "watch",
        "Watching: a check after every save; here h was pressed for a hint",
        ("check --watch ex02_jacobian",),
        {"ex01_softmax.py": SOFTMAX, "ex02_jacobian.py": DIAGONAL},
        keys=(("q: quit)", "h"), ("Hint 1", "q")),
    ),
    Scene(
        "reset",
        "An exercise as it was handed out, and back again",
        ("reset ex01_softmax", "reset ex01_softmax --undo", "list"),
        {"ex01_softmax.py": SOFTMAX},
    ),
    Scene(
        "pack",
        "What to hand in, and what the grader will see in it",
        ("pack",),
        {"ex01_softmax.py": SOFTMAX, "ex02_jacobian.py": DIAGONAL},
    ),
)


def main() -> None:
    """Draw all scenes and write the page that shows them."""
    FOLDER.mkdir(exist_ok=True)
    parts = [
        "# What learners see",
        INTRODUCTION,
    ]
    for number, scene in enumerate(SCENES, 1):
        lines = played(scene)
        (FOLDER / f"{scene.name}.svg").write_text(svg(lines, scene.title), encoding="utf-8")
        first = next(line for line in map(plain, lines[1:]) if line and "Exercise" not in line)
        alt = f"{plain(lines[0])}: {first} ...".replace("[", "(").replace("]", ")")
        parts += [f"## {number}. {scene.title}", f"![{alt}](images/screens/{scene.name}.svg)"]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def played(scene: Scene) -> list[str]:
    """Return the lines on the screen after the commands of a scene, with their escape codes."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "softmax")
        if scene.name != "start":
            subprocess.run(
                [GRADER, "start", "softmax", "--form", "py"],
                cwd=folder,
                check=True,
                capture_output=True,
            )
        for name, text in scene.files.items():
            (work / name).write_text(text, encoding="utf-8")
        for command in scene.commands:
            place = work if work.exists() else Path(folder)
            lines += [f"\x1b[1m$ grader {command}\x1b[0m"]
            lines += on_screen(typed(command.split(), place, scene.keys))
    return lines


def typed(arguments: list[str], folder: Path, keys: tuple[tuple[str, str], ...]) -> str:
    """Run a command in a terminal and press keys; return all that was written to it."""
    main_end, other = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "LINES": "60", "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [GRADER, *arguments], cwd=folder, stdin=other, stdout=other, stderr=other, env=environment
    )
    os.close(other)
    text, waiting = "", list(keys)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([main_end], [], [], 0.1)[0]:
            try:
                text += os.read(main_end, 65536).decode(errors="replace")
            except OSError:
                break
        elif process.poll() is not None:
            break
        if waiting and waiting[0][0] in text:
            time.sleep(0.3)
            os.write(main_end, waiting.pop(0)[1].encode())
    process.wait()
    os.close(main_end)
    return text


def on_screen(text: str) -> list[str]:
    """Return the lines that are left on the screen: what was drawn over is not."""
    text = text.replace("\r\n", "\n").rpartition("\x1b[H")[2].replace("\x1b[J", "")
    lines = []
    for line in text.split("\n"):
        drawn = line.rpartition("\r")[2].replace("\x1b[K", "")
        lines.append(drawn)
    while lines and not plain(lines[-1]).strip():
        lines.pop()
    return [*lines, ""]


def plain(line: str) -> str:
    """Return a line without escape codes."""
    return re.sub("\x1b\\[[0-9;]*[A-Za-z]", "", line)


def svg(lines: list[str], title: str) -> str:
    """Draw lines of a terminal."""
    lines = lines[:-1] if not plain(lines[-1]) else lines
    width = round(COLUMNS * WIDTH + 2 * MARGIN)
    height = len(lines) * HEIGHT + 2 * MARGIN
    rows = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + HEIGHT * n + SIZE}">{_spans(line)}</text>'
        for n, line in enumerate(lines)
        if plain(line).strip()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img">\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" rx="6" fill="#1e1e1e"/>\n'
        f'<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{SIZE}"'
        f' fill="#e6e6e6">\n{rows}\n</g>\n</svg>\n'
    )


def _spans(line: str) -> str:
    """Return a line as spans, each in its style."""
    spans, style = [], ""
    for part in re.split("(\x1b\\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            codes = [STYLES.get(code, "") for code in part[2:-1].split(";")]
            style = " ".join(filter(None, codes))
        elif part:
            # Spaces that are drawn as they are: viewers shrink others to one.
            text = escape(part, quote=False).replace(" ", "\u00a0")
            spans.append(f"<tspan {style}>{text}</tspan>" if style else text)
    return "".join(spans)


if __name__ == "__main__":
    main()
