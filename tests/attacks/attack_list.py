"""The attacks as data: what is handed in, and the honest part of it whose points it may have.

Most stand as pieces of source in code/<family>.py, a cell each: `# %% name [marks]`, then what is
run inside a function while the file is loaded, beside a right softmax. The marks:

- `[softmax]`, `[jacobian]`: the piece is the source of ex01_softmax.py or ex02_jacobian.py itself,
  and without a `# --- twin` its honest part is a function that returns None;
- `[alone]`: with `[jacobian]`, beside no softmax at all, so that the references answer for it;
- `[module]`: run as it stands, at the top level;
- `[stopped]`: also stopped without a wall, because what it looks for is not there;
- `[depends]`: what happens without a wall depends on the kernel and on who one is;
- `[costs]`: may cost the attacker points, for it breaks what carries its own answers;
- `[sleeper]`: there is a process of the same user for this attack alone, to be ended or stopped;
- `[survivor]`: without a wall it leaves a process behind.
"""

from __future__ import annotations

import json
import os
import re
import stat
import textwrap
from pathlib import Path

import numpy as np

from grader.course.planning import OPEN_SEED, stream_of
from tests.attacks.attack import HONEST, SOFTMAX, Attack, Maker, beside, in_folder
from tests.attacks.attack_archives import OWN, archives

CODE = Path(__file__).parent / "code"
PRELUDE = (CODE / "prelude.py").read_text()
CELL = re.compile(r"^# %% (\w+)((?: \[\w+\])*)\n", re.MULTILINE)

# The one open input of softmax with this shape, as anybody can draw it.
OPEN = (
    np.random.default_rng([OPEN_SEED, stream_of("softmax")]).normal(scale=2, size=(5, 3)).tobytes()
)

NO_SOFTMAX = "def softmax(Z):\n    return None\n"
NO_JACOBIAN = "def softmax_jacobian(z):\n    return None\n"

TRY = """
def _attack():
{body}

try:
    _attack()
    _ended = "it ran to its end"
except BaseException as _error:
    _ended = f"{{type(_error).__name__}}: {{_error}}"
"""
TELL = """
_ended = globals().get("_ended", "its functions are defined")
raise RuntimeError("tried: " + " ".join([*_TAKEN, str(_ended)[:200]])[:700])
"""


def in_code() -> list[Attack]:
    """The attacks in code/*.py."""
    found = []
    for path in sorted(CODE.glob("*.py")):
        pieces = CELL.split(path.read_text())[1:]
        for name, marks, text in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
            found.append(_attack(name, path.stem, frozenset(re.findall(r"\w+", marks)), text))
    return found


def _attack(name: str, family: str, marks: frozenset[str], text: str) -> Attack:
    text, _, twin = text.replace("_OPEN", repr(OPEN)).partition("# --- twin\n")
    files = {"ex01_softmax.py": SOFTMAX}
    honest = dict(files)
    if "softmax" in marks:
        files["ex01_softmax.py"] = PRELUDE + text + TELL
        honest["ex01_softmax.py"] = ("import numpy as np\n" + twin) if twin else NO_SOFTMAX
    elif "jacobian" in marks:
        files["ex02_jacobian.py"] = PRELUDE + text + TELL
        honest["ex02_jacobian.py"] = twin or NO_JACOBIAN
        if "alone" in marks:
            files["ex02_jacobian.py"] = f"{PRELUDE}\ndel softmax\n{text}{TELL}"
            del files["ex01_softmax.py"], honest["ex01_softmax.py"]
    elif "module" in marks:
        files["ex01_softmax.py"] = PRELUDE + text + TELL
    else:
        body = textwrap.indent(text.strip("\n"), "    ")
        files["ex01_softmax.py"] = PRELUDE + TRY.format(body=body) + TELL
    return Attack(
        name,
        family,
        {n: t.encode() for n, t in files.items()},
        {n: t.encode() for n, t in honest.items()},
        marks,
    )


def _cell(source: object) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def _notebook(*cells: object, **more: object) -> str:
    document = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 4, **more}
    return json.dumps(document)


def notebooks() -> list[Attack]:
    """Notebooks that would run commands, or break or fill who reads them."""
    shell = [
        _cell("!touch @HOME@/shell"),
        _cell("%%bash\ntouch @HOME@/bash"),
        _cell("%system touch @HOME@/system"),
        _cell("x = !touch @HOME@/assigned"),
        _cell("get_ipython().system('touch @HOME@/ipython')"),
        _cell("%run @SECRET@"),
        _cell("%load_ext @HOME@/own\n%%writefile @HOME@/written\nx"),
    ]
    deep = "[" * 100_000 + "]" * 100_000
    wide = {"cell_type": "code", "metadata": {}, "source": "x = 1", "outputs": [{"a": "x" * 10**7}]}
    twice = _notebook(_cell("x = 1"))[:-1] + ', "cells": "owned", "nbformat": 4}'
    named = {"kernelspec": {"name": "bash", "language": "\x1b[31m", "argv": ["/bin/sh"]}}

    def weapon(name: str, text: str | bytes, says: str = "") -> Attack:
        return beside(name, "notebooks", {"weapon.ipynb": text}, says)

    return [
        weapon("notebook_of_shell_commands", _notebook(*shell)),
        weapon("notebook_nested_too_deep", deep, "is not a notebook"),
        weapon(
            "notebook_with_deep_metadata",
            _notebook(_cell("x = 1"))[:-1] + f', "x": {deep}}}',
            "is not a notebook",
        ),
        weapon("notebook_with_a_huge_cell", _notebook(_cell("x = '" + "x" * 1_900_000 + "'"))),
        weapon(
            "notebook_with_a_cell_too_huge", _notebook(_cell("x" * 3 * 2**20)), "more than 2 MiB"
        ),
        weapon("notebook_of_many_cells", _notebook(*[_cell("x = 1")] * 5_000)),
        weapon("notebook_with_huge_outputs", _notebook(wide)),
        weapon(
            "notebook_with_a_huge_integer",
            _notebook(_cell("x = 1"))[:-1] + f', "x": {"9" * 100_000}}}',
            "is not a notebook",
        ),
        weapon("notebook_with_one_key_twice", twice, "is not a notebook"),
        weapon("notebook_of_a_version_to_come", _notebook(nbformat=10**18), "is not a notebook"),
        weapon("notebook_of_a_version_that_is_none", _notebook(nbformat="\x1b[31m"), "weapon"),
        weapon("notebook_for_a_shell", _notebook(_cell("touch @HOME@/kernel"), metadata=named)),
        weapon("notebook_with_nan", _notebook(_cell("x = 1"), metadata={"x": float("nan")})),
        weapon(
            "notebook_with_half_a_character",
            _notebook(_cell("x = '\\ud800'")).replace("\\\\u", "\\u"),
        ),
        weapon("notebook_whose_cells_are_objects", _notebook(_cell({"a": 1})), "is not a notebook"),
        weapon("notebook_whose_cells_are_a_text", _notebook(cells="x"), "is not a notebook"),
        weapon("notebook_of_null_bytes", b"\0" * 10_000, "is not a notebook"),
        weapon("notebook_with_nul_in_a_cell", _notebook(_cell("x = 1\0\nOWNED = 1"))),
        weapon(
            "notebook_with_control_characters",
            _notebook(_cell("raise ValueError('\\x1b[31m\\u202e=1+1')"), _cell("\x1b[31m\u202e(")),
            "weapon.ipynb",
        ),
        weapon("notebook_that_is_a_text", '"notebook"', "is not a notebook"),
    ]


def sources() -> list[Attack]:
    """Files of source that break the compiler, or that are named for what the grader imports."""

    def weapon(name: str, text: str | bytes, says: str = "") -> Attack:
        return beside(name, "sources", {"zzz.py": text}, says)

    shadows = {
        f"{name}.py": f"open({'@HOME@/shadow'!r}, 'w')\nraise ValueError('tried')\n"
        for name in (
            "numpy",
            "random",
            "sitecustomize",
            "grader",
            "msgspec",
            "__main__",
            "conftest",
        )
    }
    return [
        weapon("source_of_brackets", "x = " + "(" * 50_000 + ")" * 50_000, "zzz.py"),
        weapon("source_of_minus_signs", "x = " + "-" * 100_000 + "1", "zzz.py"),
        weapon("source_of_attributes", "x = a" + ".b" * 100_000, "zzz.py"),
        weapon("source_of_additions", "x = " + "+".join(["1"] * 100_000), "zzz.py"),
        weapon("source_of_blocks", "".join(" " * n + "if 1:\n" for n in range(150)), "zzz.py"),
        weapon(
            "source_that_folds_to_gigabytes", "x = 'x' * 10**9 * 10\ny = (1,) * 10**10\n", "zzz.py"
        ),
        weapon("source_that_folds_to_a_power", "x = 9**9**9**9\n", "zzz.py"),
        weapon("source_of_lambdas", "x = " + "lambda:" * 3_000 + "0"),
        weapon("source_of_decorators", "@x\n" * 20_000 + "def f(): pass\n", "zzz.py"),
        weapon("source_of_digits", "x = " + "9" * 100_000, "zzz.py"),
        weapon("source_with_nul", b"x = 1\0", "NUL"),
        weapon("source_in_a_codec_that_runs_code", "# coding: rot13\nvzcbeg bf\n", "zzz.py"),
        weapon("source_in_a_codec_of_bombs", "# coding: zlib_codec\nx\n", "zzz.py"),
        weapon("source_in_a_slow_codec", "# coding: punycode\n" + "a" * 2_000_000, "zzz.py"),
        weapon("source_of_many_lines", "undefined\n" * 60 + "#\n" * 200_000, "zzz.py"),
        weapon("source_of_half_a_character", "# coding: unicode_escape\nx = '\\ud800'\n", "zzz.py"),
        weapon("source_that_reads_backwards", "x = 1 # \u202e } \u2066 if x: \u2069\n"),
        weapon("source_of_one_line", "x=1;" * 300_000),
        weapon("source_of_format_strings", "x = " + "f'{" * 200 + "1" + "}'" * 200, "zzz.py"),
        beside("source_named_as_what_the_grader_imports", "sources", shadows, "tried", live=True),
    ]


def files() -> list[Attack]:
    """Entries of a folder that are no plain files."""

    def at(name: str, target: str) -> Maker:
        return lambda folder, places: (folder / name).symlink_to(places[target])

    def fifo(folder: Path, _places: dict[str, str]) -> None:
        os.mkfifo(folder / "fifo.py")

    def device(folder: Path, _places: dict[str, str]) -> None:
        os.mknod(folder / "zero.py", 0o666 | stat.S_IFCHR, os.makedev(1, 5))

    def folder_as_a_file(folder: Path, _places: dict[str, str]) -> None:
        (folder / "folder.py").mkdir()
        (folder / "folder.ipynb").mkdir()

    def closed(folder: Path, _places: dict[str, str]) -> None:
        (folder / "closed").mkdir()
        (folder / "closed").chmod(0)

    def loop(folder: Path, _places: dict[str, str]) -> None:
        (folder / "loop.py").symlink_to("loop.py")
        (folder / "round").symlink_to(folder)

    def sparse(folder: Path, _places: dict[str, str]) -> None:
        with (folder / "sparse.py").open("wb") as file:
            file.truncate(2**40)

    def deep(folder: Path, _places: dict[str, str]) -> None:
        path = folder
        for _ in range(40):
            path /= "d"
        path.mkdir(parents=True)
        (path / "deep.py").write_text(OWN)

    def many(folder: Path, _places: dict[str, str]) -> None:
        for number in range(2_500):
            (folder / f"{number}.txt").touch()

    def bytes_as_a_name(folder: Path, _places: dict[str, str]) -> None:
        for name in (b"\xff\xfe\x80.py", b"a\x1b[31m\x07.py", b"a\nb.py", b"\xe2\x80\xae.py"):
            (Path(os.fsdecode(bytes(folder))) / os.fsdecode(name)).write_text("raise ValueError\n")

    return [
        in_folder("link_to_a_secret", "files", at("link.py", "SECRET"), "is a link"),
        in_folder("link_to_a_solution", "files", at("ex02_jacobian.py", "REFERENCE"), "is a link"),
        in_folder("link_to_a_folder", "files", at("folder", "SOLUTIONS"), "is a link"),
        in_folder("link_that_is_an_archive", "files", at("link.zip", "SECRET"), "is a link"),
        in_folder("link_that_is_a_notebook", "files", at("link.ipynb", "RESULTS"), "is a link"),
        in_folder("link_in_a_loop", "files", loop, "is a link"),
        in_folder("fifo_as_a_file", "files", fifo, "not a regular file"),
        in_folder("device_as_a_file", "files", device, "not a regular file", needs_root=True),
        in_folder("folder_as_a_file", "files", folder_as_a_file),
        in_folder("folder_that_cannot_be_read", "files", closed),
        in_folder("file_of_a_tebibyte", "files", sparse, "larger than"),
        in_folder("folders_forty_deep", "files", deep, "nested too deep"),
        in_folder("files_in_their_thousands", "files", many, "more than", costs=True),
        in_folder("names_that_are_bytes", "files", bytes_as_a_name, "ValueError"),
    ]


NAMES = {
    "name_that_is_a_formula": b"=HYPERLINK(CHAR(104),1)",
    "name_that_is_a_command": b"+cmd|' !A0",
    "name_that_begins_with_minus": b"-rf",
    "name_that_begins_with_at": b"@SUM(1+1)",
    "name_that_begins_with_a_tab": b"\t=1+1",
    "name_that_begins_with_a_space": b" =1+1",
    "name_of_a_wide_formula": "＝1+1".encode(),
    "name_with_a_line_break": b"a\nb,100,100",
    "name_with_a_carriage_return": b"a\rb",
    "name_with_quotes_and_commas": b'a",100,"=1+1',
    "name_with_an_escape_sequence": b"\x1b[31mred\x1b[0m",
    "name_with_a_terminal_title": b"\x1b]0;owned\x07",
    "name_with_a_clipboard_sequence": b"\x1b]52;c;Y2FuYXJ5\x07",
    "name_with_eight_bit_controls": "\u009b31m\u009d0;owned\u009c".encode(),
    "name_that_reads_backwards": "\u202eyp.ada".encode(),
    "name_with_isolates": "\u2066ada\u2069\u200f".encode(),
    "name_without_width": "a\u200bd\u2060a\ufeff".encode(),
    "name_of_markup": b"[red]ada[" + b"bold]",
    "name_of_a_link_in_markup": b"[link=file:etc]ada",
    "name_of_html": b"<script>alert(1)<",
    "name_of_an_image": b"<img src=x onerror=alert(1)>",
    "name_of_a_shell_command": b"$(touch owned);`touch owned`",
    "name_of_a_format": b"{0.__class__}%s%n${jndi:x}",
    "name_that_is_not_unicode": b"ad\xffa\xfe",
    "name_of_255_bytes": b"n" * 255,
    "name_in_decomposed_letters": "e\u0301mile".encode(),
    "name_of_a_number": b"1e309",
    "name_of_nothing": "\u2003".encode(),
    "name_of_the_gradebook": b"gradebook.csv",
    "name_of_a_sum": b"total",
}


def names() -> list[Attack]:
    """Learners whose names are weapons: their exceptions and prints carry the same text."""
    made = []
    for name, entry in NAMES.items():
        text = entry.decode("utf-8", "replace")
        source = (
            SOFTMAX + f"\nprint({text!r})\nraise type({text!r}, (Exception,), {{}})({text!r})\n"
        )
        made.append(
            Attack(
                name,
                "names",
                {"ex01_softmax.py": source.encode("utf-8", "replace")},
                HONEST,
                frozenset(["stopped"]),
                entry=entry,
                says="ex01_softmax.py",
            )
        )
    return made


def reports() -> list[Attack]:
    """Texts that would be more than texts where a report shows them."""
    texts = {
        "formula": '=HYPERLINK("http://127.0.0.1/?"&A1)',
        "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "escape_sequences": "\x1b[2J\x1b[31mowned\x1b]8;;file:///etc\x07link\x1b]8;;\x07",
        "clipboard": "\x1b]52;c;Y2FuYXJ5\x07\x1bP$q\x1b\\",
        "eight_bit_controls": "\u009b31m\u009d52;c;Y2FuYXJ5\u009c",
        "bidirectional_marks": "\u202e001 :erocs\u202c\u2066\u2069\u200f",
        "line_breaks": '\r\n{"student":"made-up","score":100}\n\u2028\u2029\x0b\x0c\x85',
        "rich_markup": "[link=file:///etc/passwd]100[/link][red]",
        "otter_markup": "</pre>**100 / 100**[x](javascript:alert(1))",
    }
    made = []
    for name, text in texts.items():
        # In an exception's text, its class, a function's name, prints, and a line of source.
        message = f"""
import numpy as np
def softmax(Z):
    print({text!r})
    raise type({text!r}, (ValueError,), {{}})({text!r})  # {_one_line(text)}
softmx = softmax
softmx.__name__ = softmx.__qualname__ = {text!r}
raise type({text!r}, (ValueError,), {{}})({text!r})  # {_one_line(text)}
"""
        twin = "def softmax(Z):\n    raise ValueError\n"
        made.append(
            Attack(
                f"report_of_{name}",
                "reports",
                {"ex01_softmax.py": message.encode()},
                {"ex01_softmax.py": twin.encode()},
                frozenset(["stopped"]),
                says="ex01_softmax.py",
            )
        )
    return made


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]", "", text)


ATTACKS = [
    *in_code(),
    *sources(),
    *notebooks(),
    *archives(),
    *files(),
    *names(),
    *reports(),
]
