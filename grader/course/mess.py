"""Make a class as an LMS hands it over: each kind of mess that instructors meet, and a roster."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from grader.course import sample
from grader.course.folder import Course
from grader.course.handout import script
from grader.course.sample import Files, Samples
from grader.course.variants import Variant
from grader.files import archive_of
from grader.text import csv_row

# Names as they stand in rosters: alike, accented, long, in other scripts.
GIVEN = (
    "Ada Bela Chidi Zoë Émilie Łukasz Nguyễn Ayşe Søren Farah Hana Inés Jamal 伟 Kaito Lena Mira"
    " Omar Priya Анна Quentin Rosa Sami Θάλεια Uma Viktor Wanjiru Ximena Yusuf Zofia"
).split()
FAMILY = (
    "Lovelace O'Brien Müller-Lüdenscheidt Nowak 李 Smith García Åström İnan Kowalczyk Okafor Tanaka"
    " Haddad Иванова Papadopoulos Fernández Kim Singh d'Alembert"
).split()
SECTIONS = ("Mon 10", "Tue 14", "Thu 9")
# Of the roster, one in so many hands in nothing.
ABSENT = 25
RAR, SEVEN_ZIP, PDF, PNG = b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf'\x1c", b"%PDF-1.7\n", b"\x89PNG\r\n"


class Work(NamedTuple):
    """What somebody hands in, and what is due for it.

    `concern` is the reason to look at it ("" for none); `lost` are the functions that may cost
    points ("*": all), while all others get theirs. Of a None nothing is known beforehand.
    """

    files: Files
    concern: str = ""
    lost: tuple[str, ...] | None = ()


class HandIn(NamedTuple):
    """One learner of the class: their number, name and kind of work, and the work."""

    number: int
    name: str
    kind: str
    work: Work

    @property
    def id(self) -> str:
        """Their id in the roster."""
        return f"s{self.number:04}"

    @property
    def canvas_files(self) -> Files:
        """The files under the names that Canvas gives them."""
        given, family = self.name.split(" ", 1)
        letters = "".join(c for c in f"{family}{given}".lower() if c.isalnum())
        late = "_LATE" if self.work.concern == "late" else ""
        who, first = f"{letters}{late}_{4000 + self.number}", 90_000 + 20 * self.number
        return {f"{who}_{first + n}_{f}": data for n, (f, data) in enumerate(self.work.files.items())}


Make: TypeAlias = "Callable[[_Mess], Work]"


def messy_class(course: Course, *, students: int, seed: int = 0) -> list[HandIn]:
    """Make a class: one hand-in of each kind first, then such as most learners hand in."""
    mess = _Mess(sample.samples_of(course, seed=seed))
    class_: list[HandIn] = []
    for number in range(students):
        kind = [*KINDS][number] if number < len(KINDS) else "ordinary"
        name = f"{GIVEN[number % len(GIVEN)]} {FAMILY[7 * number % len(FAMILY)]}"
        name = "Wei Li" if kind.startswith("namesake") else name
        class_.append(HandIn(number, name, kind, KINDS[kind](mess)))
    return class_


def write_messy(course: Course, folder: Path, *, students: int) -> tuple[Path, Path]:
    """Write a class below `folder`; return the folder of submissions and the roster beside it."""
    hand_ins = messy_class(course, students=students)
    files = {name: data for one in hand_ins for name, data in one.canvas_files.items()}
    submissions = sample.write_files(folder / "submissions", files)
    roster = folder / "roster.csv"
    roster.write_text("".join(roster_of(hand_ins)), encoding="utf-8")
    return submissions, roster


def roster_of(hand_ins: list[HandIn]) -> Iterator[str]:
    """Yield the rows of the class's roster, with some who hand in nothing."""
    yield csv_row(["id", "name", "email", "section", "canvas_id"])
    listed = [(one.id, one.name, 4000 + one.number) for one in hand_ins if one.work.concern != "unknown"]
    for number in range(len(hand_ins) // ABSENT):
        listed.append((f"a{number:04}", f"{GIVEN[-1 - number % 30]} de la Cruz", 900 + number))
    for number, (key, name, canvas) in enumerate(listed):
        section = SECTIONS[number % len(SECTIONS)]
        yield csv_row([key, name, f"{key}@example.org", section, str(canvas)])


class _Mess:
    """What hand-ins are made of: solved exercises, and mistakes, some of which are frequent."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.course, self.rng = samples.course, samples.rng
        self.first, self.last = self.course.exercises[0], self.course.exercises[-1]
        self.function = self.first.functions[0].name
        self.names = tuple(f.name for e in self.course.exercises for f in e.functions)
        self._made = 0
        self._mistakes = self.rng.sample(samples.mistakes, len(samples.mistakes))
        self._weights = [*accumulate(1 / (rank + 1) for rank in range(len(self._mistakes)))]

    def solved(self, **changed: str) -> Files:
        """Make all exercises solved; `first` is another text of the first one."""
        files = {f"{e.slug}.py": sample.solved(e).encode() for e in self.course.exercises}
        if "first" in changed:
            files[f"{self.first.slug}.py"] = changed["first"].encode()
        # No two are the same to the byte.
        self._made += 1
        return {name: data + f"# {self._made}\n".encode() for name, data in files.items()}

    @property
    def text(self) -> str:
        """The first exercise, solved."""
        return sample.solved(self.first)

    def names_from(self, number: int) -> tuple[str, ...]:
        """Return the functions of all exercises but so many first ones."""
        return tuple(f.name for e in self.course.exercises[number:] for f in e.functions)

    def notebook(self, edit: Callable[[dict[str, Any]], object]) -> Files:
        """Make one notebook of all exercises, changed by `edit`."""
        document = json.loads(sample.notebook_bytes(self.course))
        edit(document)
        return {"Untitled1.ipynb": json.dumps(document, ensure_ascii=False).encode()}

    def mistakes(self, number: int) -> list[Variant]:
        """Draw mistakes; of a few, many learners make the same."""
        return self.rng.choices(self._mistakes, cum_weights=self._weights, k=number)

    def with_variants(self, variants: list[Variant], *, written: int | None = None) -> Files:
        """Make exercises with these variants, the first `written` ones of them at all."""
        files = self.samples.with_variants("x", variants)
        named = {Path(name).name: data for name, data in files.items()}
        for exercise in self.course.exercises[written if written is not None else len(named) :]:
            named[f"{exercise.slug}.py"] = script(exercise).encode()
        return named


def _ordinary(mess: _Mess) -> Work:
    """Hand in what most do: some mistakes, perhaps not all exercises."""
    count = len(mess.course.exercises)
    written = mess.rng.randint(count // 2, count - 1) if mess.rng.random() < 0.12 else count
    variants = mess.mistakes(mess.rng.choice([0, 0, 1, 1, 2, 2, 3, 4, 6]))
    files = mess.with_variants(variants, written=written)
    return Work({n: d + f"# {mess.rng.random()}\n".encode() for n, d in files.items()}, lost=None)


def _same(mess: _Mess, seed: int, comment: str = "") -> Files:
    """Make the same work each time, with mistakes that nobody else draws."""
    last = {variant.function: variant for variant in mess.samples.mistakes}
    variants = [variant for variant in last.values() if variant.function in mess.names[1:]][seed::4]
    return {name: data + comment.encode() for name, data in mess.with_variants(variants).items()}


def _edited(
    edit: Callable[[_Mess, str], str], concern: str = "", *, costs: bool = False
) -> Make:
    """Hand in all exercises, the first one changed by `edit`; `costs`: its function is lost."""
    return lambda mess: Work(
        mess.solved(first=edit(mess, mess.text)), concern, (mess.function,) if costs else ()
    )


def _encoded(encoding: str, head: str = "") -> Make:
    """Hand in all exercises, with a comment that not every encoding has."""
    return lambda mess: Work(
        {n: f"{head}# é, naïve\n{d.decode('ascii', 'ignore')}".encode(encoding) for n, d in mess.solved().items()}
    )


def _only(name: str, data: bytes) -> Make:
    """Hand in one file that is no work."""
    return lambda _mess: Work({name: data}, "unread", ("*",))


def _zipped(pack: Callable[[Files], Files], concern: str = "") -> Make:
    return lambda mess: Work(pack(mess.solved()), concern, ("*",) if concern else ())


def _named(rename: Callable[[str], str], edit: str = r"\g<0>") -> Make:
    """Hand in all exercises under other names of files."""
    return lambda mess: Work({rename(n): d for n, d in mess.solved().items()})


def _cells(edit: Callable[[dict[str, Any]], object], concern: str = "") -> Make:
    return lambda mess: Work(mess.notebook(edit), concern)


def _renamed(new: Callable[[str], str]) -> Make:
    """Hand in all exercises, one function of two words under another name."""

    def make(mess: _Mess) -> Work:
        name = next(n for n in mess.names if n.count("_") == 1)
        swap = {n: re.sub(rf"\b{name}\b", new(name), d.decode()).encode() for n, d in mess.solved().items()}
        return Work(swap, "renamed", (name,))

    return make


def _colab(notebook: dict[str, Any]) -> None:
    notebook["metadata"] |= {"colab": {"provenance": []}, "accelerator": "GPU"}
    lines = [
        "!pip install -q numpy\n", "%cd /content\n", "from google.colab import drive, files\n",
        "drive.mount('/content/drive')\n", "uploaded = files.upload()\n", "!ls -la | head",
    ]  # fmt: skip
    notebook["cells"].insert(0, _cell("".join(lines)))


def _cell(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": 9, "metadata": {}, "outputs": [], "source": text}


def _vs_code(notebook: dict[str, Any]) -> None:
    notebook |= {"nbformat_minor": 2}
    for number, cell in enumerate(notebook["cells"]):
        cell.pop("id")
        cell["metadata"] = {"vscode": {"languageId": "python"}}
        cell["execution_count"] = 40 - number


def _format_3(notebook: dict[str, Any]) -> None:
    """Turn it into the form that IPython wrote before 2014."""
    cells = [{"cell_type": "code", "input": cell["source"], "outputs": []} for cell in notebook["cells"]]
    notebook |= {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    del notebook["cells"]


def _with_picture(notebook: dict[str, Any]) -> None:
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo" * 40_000}}
    notebook["cells"][-1]["outputs"] = [picture]


def _words_swapped(name: str) -> str:
    return "_".join(reversed(name.split("_")))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def _into_zip(files: Files) -> Files:
    return {"work.zip": archive_of(files)}


def _after_header(text: str, line: str) -> str:
    """Put a line before the first function."""
    return re.sub(r"^def ", f"{line}\n\n\ndef ", text, count=1, flags=re.MULTILINE)


def _in_body(line: str) -> Callable[[_Mess, str], str]:
    """Put a line before the first return of the first function."""
    return lambda _mess, text: re.sub(
        r"^( +)return ", rf"\g<1>{line}\n\g<1>return ", text, count=1, flags=re.MULTILINE
    )


_KINDS: dict[str, Make] = {
    "scripts": lambda mess: Work(mess.solved()),
    "all_in_one_script": lambda mess: Work({"final_FINAL (2).py": sample.all_in_one(mess.course).encode()}),
    "one_notebook": _cells(lambda _notebook: None),
    "notebooks": lambda mess: Work({f"{e.slug}.ipynb": sample.filled_notebook(e, mess.course) for e in mess.course.exercises}),
    "zip": _zipped(_into_zip),
    "zip_of_a_folder": _zipped(lambda f: _into_zip({f"my work/{n}": d for n, d in f.items()} | {"__MACOSX/._x.py": b"\0\5\x16\7", "my work/.DS_Store": b"\0"})),
    "zip_in_zip": _zipped(lambda f: _into_zip(_into_zip(f))),
    "zip_in_zip_in_zip": _zipped(lambda f: _into_zip(_into_zip(_into_zip(f))), "unread"),
    "zip_cut_short": _zipped(lambda f: {"work.zip": archive_of(f)[:-400]}, "unread"),
    "empty_zip": _zipped(lambda _f: _into_zip({}), "unread"),
    "rar": _only("work.rar", RAR + bytes(900)),
    "7z": _only("work.7z", SEVEN_ZIP + bytes(900)),
    "tar_gz": _only("work.tar.gz", b"\x1f\x8b\x08" + bytes(900)),
    "rar_named_zip": _only("work.zip", RAR + bytes(900)),
    "docx": _only("Homework 1.docx", archive_of({"word/document.xml": b"<w:document/>"})),
    "pdf": _only("Assignment.pdf", PDF),
    "photo": _only("IMG_2041.png", PNG),
    "text_file": _only("ex01 code.txt", b"def softmax(Z): ..."),
    "web_page_of_a_notebook": _only("Untitled1.html", b"<html><body>In [1]: import numpy</body></html>"),
    "empty_file": lambda mess: Work({f"{mess.first.slug}.py": b""}, "unread", ("*",)),
    "as_it_was_handed_out": lambda mess: Work({f"{e.slug}.py": script(e).encode() for e in mess.course.exercises}, lost=("*",)),
    "stubs": _edited(lambda mess, text: re.sub(rf"^def {mess.function}\b", "def mine", text, flags=re.MULTILINE) + f"\n\ndef {mess.function}(Z):\n    pass\n", costs=True),
    "one_exercise_only": lambda mess: Work({f"{mess.first.slug}.py": mess.text.encode()}, lost=mess.names[1:]),
    "colab": _cells(_colab),
    "vs_code_notebook": _cells(_vs_code),
    "vs_code_cells": _edited(lambda _mess, text: "# %%\n" + _after_header(text, "# %% [markdown]\n# notes\n# %%\nget_ipython().run_line_magic('matplotlib', 'inline')")),
    "cells_out_of_order": _cells(lambda notebook: notebook["cells"].reverse()),
    "cell_before_its_function": _cells(lambda notebook: notebook["cells"].insert(1, _cell("print(softmax([[1.0]]))\nx = undefined_yet + 1"))),
    "notebook_with_pictures": _cells(_with_picture),
    "notebook_with_a_mark_of_utf8": lambda mess: Work({"a.ipynb": b"\xef\xbb\xbf" + sample.notebook_bytes(mess.course)}),
    "notebook_cut_short": lambda mess: Work({"a.ipynb": sample.notebook_bytes(mess.course)[:-900]}, "unread", ("*",)),
    "notebook_named_py": lambda mess: Work({"a.py": sample.notebook_bytes(mess.course)}),
    "script_named_ipynb": lambda mess: Work(mess.solved() | {f"{mess.first.slug}.py": b"", f"{mess.first.slug}.ipynb": mess.text.encode()}, "unloaded", (mess.function,)),
    "latin_1": _encoded("latin-1"),
    "latin_1_declared": _encoded("latin-1", "# -*- coding: latin-1 -*-\n"),
    "cp1252_declared": _encoded("cp1252", "# coding: cp1252\n"),
    "utf_16": _encoded("utf-16"),
    "utf_8_with_a_mark": _encoded("utf-8-sig"),
    "lines_of_windows": lambda mess: Work({n: d.replace(b"\n", b"\r\n") for n, d in mess.solved().items()}),
    "lines_of_old_macs": lambda mess: Work({n: d.replace(b"\n", b"\r") for n, d in mess.solved().items()}),
    "tabs_and_blanks": _edited(lambda _mess, text: text + "\n\ndef other():\n\tx = 1\n        return x\n"),
    "colon_missing": _edited(lambda _mess, text: sample.break_syntax(text), "unloaded", costs=True),
    "python_2": _edited(lambda _mess, text: text + '\nprint "done"\n'),
    "newer_python": _edited(lambda _mess, text: _after_header(text, "type Vector = list[float]")),
    "renamed_by_word_order": _renamed(_words_swapped),
    "renamed_in_camel_case": _renamed(_camel),
    "renamed_with_a_capital": _renamed(str.capitalize),
    "files_numbered_by_a_browser": _named(lambda name: name.replace(".py", " (1).py")),
    "files_copied": _named(lambda name: f"Copy of {name}"),
    "files_in_capitals": _named(lambda name: name.upper().replace(".PY", ".py")),
    "files_with_a_name": _named(lambda name: name.replace(".py", "_jürgen.py")),
    "imports_torch": _edited(lambda _mess, text: _after_header(text, "import torch"), "blocked"),
    "needs_scipy": _edited(lambda mess, text: text + f"\nfrom scipy.special import softmax as s\ndef {mess.function}(Z):\n    return s(Z, axis=0)\n", "blocked", costs=True),
    "endless_loop": _edited(_in_body(r"while True: pass"), "stopped", costs=True),
    "leaves_the_process": _edited(lambda _mess, text: sample.crash(text), "stopped"),
    "calls_exit": _edited(lambda _mess, text: text + "\nimport sys\nsys.exit(0)\n"),
    "asks_for_input": _edited(lambda _mess, text: text + "\nn = int(input('classes: '))\n"),
    "plots": _edited(lambda _mess, text: text + "\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"),
    "prints_a_lot": _edited(lambda _mess, text: text + "\nprint('x' * 100_000)\n"),
    "reads_a_file": _edited(lambda _mess, text: text + "\nimport numpy as np\ndata = np.loadtxt('C:/data.csv')\n"),
    "star_import": _edited(lambda _mess, text: _after_header(text, "from numpy import *")),
    "changes_numpy": _edited(lambda _mess, text: text + "\nnp.allclose = lambda *a, **k: True\n"),
    "tests_below": _edited(lambda mess, text: text + f"\nif __name__ == '__main__':\n    assert {mess.function}(1) == 1\n"),
    "raises": _edited(_in_body("Z[10 ** 6]"), costs=True),
    "single_precision": _edited(_in_body("return np.float32(1)"), costs=True),
    "markup_in_a_message": _edited(_in_body("raise ValueError('<script>alert(1)</script>[red]')"), costs=True),
    "half_done": lambda mess: Work(mess.with_variants([], written=3), lost=mess.names_from(3)),
    "script_and_notebook": lambda mess: Work(mess.solved() | {"all.ipynb": sample.notebook_bytes(mess.course)}),
    "twice_in_one_file": _edited(lambda mess, text: text.replace(f"def {mess.function}(", f"def {mess.function}(Z):\n    return Z\n\n\ndef {mess.function}(", 1)),
    "other_file_beside_it": lambda mess: Work(mess.solved() | {"backup.py": b"x = 1\n"}),
    "nothing_but_words": lambda mess: Work({f"{mess.first.slug}.py": b"I did not manage this week, sorry!\n"}, "unread", ("*",)),
    "one_cell_of_all": _cells(lambda notebook: notebook.update(cells=[_cell("".join("".join(c["source"]) + "\n" for c in notebook["cells"]))])),
    "shell_cells": _cells(lambda notebook: notebook["cells"].insert(0, _cell("%%bash\nls -la\n"))),
    "question_marks": _cells(lambda notebook: notebook["cells"].append(_cell("np.exp?\n%timeit softmax(np.zeros((3, 1)))\n"))),
    "text_cells_broken": _cells(lambda notebook: notebook["cells"].append({"cell_type": "markdown", "source": None})),
    "old_notebook": _cells(_format_3),
    "long_name_of_a_file": _named(lambda name: f"{'x' * 120}_{name}"),
    "blanks_in_names": _named(lambda name: name.replace("_", " _ ").replace(" _ ", "_", 1)),
    "resubmitted": lambda mess: Work({n: b"raise SystemExit\n" for n in mess.solved()} | {n.replace(".py", "-1.py"): d for n, d in mess.solved().items()}),
    "late": lambda mess: Work(mess.solved(), "late"),
    "not_in_the_roster": lambda mess: Work(mess.solved(), "unknown"),
    "namesake_right": lambda mess: Work(mess.solved(first=mess.text + "\n# mine\n")),
    "namesake_wrong": _edited(_in_body("return Z"), costs=True),
    "copied_from": lambda mess: Work(_same(mess, 0), "same_files", None),
    "copied_by": lambda mess: Work(_same(mess, 0), "same_files", None),
    "rare_answers_of": lambda mess: Work(_same(mess, 1, "\n# my own\n"), "same_answers", None),
    "rare_answers_with": lambda mess: Work(_same(mess, 1, "\n# quite my own\n"), "same_answers", None),
}  # fmt: skip
KINDS: dict[str, Make] = _KINDS | {"ordinary": _ordinary}
