"""The kinds of mess that instructors meet, each with what is due for it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TypeAlias

from grader.course import sample
from grader.course.mess import Mess, Notebook, Work
from grader.course.sample import Files
from grader.engine.problems import NEWER
from grader.files import archive_of

Make: TypeAlias = Callable[[Mess], Work]
Edit: TypeAlias = Callable[[str], str]

# Files in which nothing can be found, by kind: their names and bytes.
NO_WORK: dict[str, tuple[str, bytes]] = {
    "rar": ("work.rar", b"Rar!\x1a\x07\x01\x00" + bytes(900)),
    "rar_named_zip": ("work.zip", b"Rar!\x1a\x07\x01\x00" + bytes(900)),
    "7z": ("work.7z", b"7z\xbc\xaf'\x1c" + bytes(900)),
    "tar_gz": ("work.tar.gz", b"\x1f\x8b\x08" + bytes(900)),
    "docx": ("Homework 1.docx", archive_of({"word/document.xml": b"<w:document/>"})),
    "pdf": ("Assignment.pdf", b"%PDF-1.7\n"),
    "photo": ("IMG_2041.png", b"\x89PNG\r\n"),
    "text_file": ("ex01 code.txt", b"def softmax(Z): ..."),
    "web_page_of_a_notebook": ("Untitled1.html", b"<html><body>In [1]: import numpy</body></html>"),
    "words": ("answer.py", b"I did not manage this week, sorry!\n"),
    "empty_file": ("answer.py", b""),
    "empty_zip": ("work.zip", archive_of({})),
}
# How the files of right work are named, by kind.
NAMES: dict[str, Edit] = {
    "numbered_by_a_browser": lambda name: name.replace(".py", " (1).py"),
    "copies": lambda name: f"Copy of {name}",
    "in_capitals": lambda name: name.upper().replace(".PY", ".py"),
    "with_a_name": lambda name: name.replace(".py", "_jürgen.py"),
    "long": lambda name: f"{'x' * 120}_{name}",
    "with_blanks": lambda name: f"my {name}".replace(".py", " final.py"),
}
# How right work is encoded, by kind, and what is declared.
ENCODINGS = {
    "latin_1": ("latin-1", ""),
    "latin_1_declared": ("latin-1", "# -*- coding: latin-1 -*-\n"),
    "cp1252_declared": ("cp1252", "# coding: cp1252\n"),
    "utf_16": ("utf-16", ""),
    "utf_8_with_a_mark": ("utf-8-sig", ""),
}
# What stands below right work and costs nothing, by kind.
BELOW = {
    "tabs_and_blanks": "def other():\n\tx = 1\n        return x\n",
    "python_2": 'print "done"\n',
    "calls_exit": "import sys\nsys.exit(0)\n",
    "asks_for_input": "n = int(input('classes: '))\n",
    "plots": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n",
    "prints_a_lot": "print('x' * 100_000)\n",
    "reads_a_file": "import numpy as np\ndata = np.loadtxt('C:/data.csv')\n",
    "changes_numpy": "np.allclose = lambda *a, **k: True\n",
    "tests_below": "if __name__ == '__main__':\n    assert False\n",
}
# What stands before the first function: the line, and the reason to look.
ABOVE = {
    "star_import": ("from numpy import *", ""),
    "vs_code_cells": (
        "# %% [markdown]\n# notes\n# %%\nget_ipython().run_line_magic('cd', '.')",
        "",
    ),
    "imports_torch": ("import torch", "blocked"),
    "newer_python": ("type Vector = list[float]", "newer" if sys.version_info < NEWER else ""),
}
# What the first function does before it returns: the line, and the reason to look.
WITHIN = {
    "endless_loop": ("while True: pass", "stopped"),
    "raises": ("[][1]", ""),
    "single_precision": ("return np.float32(1)", ""),
    "markup_in_a_message": ("raise ValueError('<script>alert(1)</script>[red]')", ""),
    "namesake_wrong": ("return Z", ""),
    "scipy_within": ("import scipy.special", "blocked"),
}
RENAMED: dict[str, Edit] = {
    "by_word_order": lambda name: "_".join(reversed(name.split("_"))),
    "in_camel_case": lambda name: name.title().replace("_", ""),
    "with_a_capital": str.capitalize,
}


def _no_work(name: str, data: bytes) -> Make:
    return lambda _mess: Work({name: data}, "unread", ("*",))


def _named(rename: Edit) -> Make:
    return lambda mess: Work({rename(name): data for name, data in mess.solved().items()})


def _encoded(encoding: str, head: str) -> Make:
    def make(mess: Mess) -> Work:
        texts = {name: data.decode("ascii", "ignore") for name, data in mess.solved().items()}
        return Work({n: f"{head}# naïve\n{text}".encode(encoding) for n, text in texts.items()})

    return make


def _lines_end(end: bytes) -> Make:
    return lambda mess: Work({n: d.replace(b"\n", end) for n, d in mess.solved().items()})


def _edited(edit: Edit, concern: str = "", *, costs: bool = False) -> Make:
    """Hand in all exercises, the first one changed by `edit`; `costs`: its function is lost."""
    return lambda mess: Work(
        mess.solved(edit(mess.text)), concern, (mess.function,) if costs else ()
    )


def _above(line: str, concern: str) -> Make:
    return _edited(
        lambda text: re.sub(r"^def ", f"{line}\n\n\ndef ", text, count=1, flags=re.MULTILINE),
        concern,
    )


def _within(line: str, concern: str) -> Make:
    pattern = re.compile(r"^( +)return ", re.MULTILINE)
    return _edited(
        lambda text: pattern.sub(rf"\g<1>{line}\n\g<1>return ", text, count=1), concern, costs=True
    )


def _zipped(pack: Callable[[Files], Files], concern: str = "") -> Make:
    return lambda mess: Work(pack(mess.solved()), concern, ("*",) if concern else ())


def _zip(files: Files) -> Files:
    return {"work.zip": archive_of(files)}


def _folder(files: Files) -> Files:
    left = {"__MACOSX/._x.py": b"\0\5\x16\7", "my work/.DS_Store": b"\0"}
    return {f"my work/{name}": data for name, data in files.items()} | left


def _renamed(new: Edit) -> Make:
    """Hand in all exercises, one function of two words under another name."""

    def make(mess: Mess) -> Work:
        name = next(name for name in mess.functions_from(0) if name.count("_") == 1)
        old = re.compile(rf"\b{name}\b")
        files = {n: old.sub(new(name), d.decode()).encode() for n, d in mess.solved().items()}
        return Work(files, "renamed", (name,))

    return make


def _cells(edit: Callable[[Notebook], object]) -> Make:
    return lambda mess: Work({"Untitled1.ipynb": mess.notebook(edit)})


def _cell(source: str) -> Notebook:
    about = {"cell_type": "code", "execution_count": 9, "metadata": {}, "outputs": []}
    return about | {"source": source}


def _inserted(source: str, at: int = 0) -> Make:
    return _cells(lambda notebook: notebook["cells"].insert(at, _cell(source)))


def _colab(notebook: Notebook) -> None:
    notebook["metadata"] |= {"colab": {"provenance": []}, "accelerator": "GPU"}
    source = (
        "!pip install -q numpy\n%cd /content\nfrom google.colab import drive, files\n"
        "drive.mount('/content/drive')\nuploaded = files.upload()\n!ls -la | head\n"
    )
    notebook["cells"].insert(0, _cell(source))


def _vs_code(notebook: Notebook) -> None:
    notebook["nbformat_minor"] = 2
    for number, cell in enumerate(notebook["cells"]):
        del cell["id"]
        cell |= {"metadata": {"vscode": {"languageId": "python"}}, "execution_count": 40 - number}


def _pictures(notebook: Notebook) -> None:
    picture = {"output_type": "display_data", "metadata": {}}
    notebook["cells"][-1]["outputs"] = [picture | {"data": {"image/png": "iVBORw0KGgo" * 40_000}}]


def _format_3(notebook: Notebook) -> None:
    """Turn it into the form that IPython wrote before 2014."""
    cells = [{"cell_type": "code", "input": cell["source"]} for cell in notebook.pop("cells")]
    notebook |= {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}


def _stub(mess: Mess) -> Work:
    name = mess.function
    text = re.sub(rf"^def {name}\b", "def mine", mess.text, flags=re.MULTILINE)
    return Work(mess.solved(f"{text}\n\ndef {name}(Z):\n    pass\n"), lost=(name,))


def _twice(mess: Mess) -> Work:
    start = f"def {mess.function}("
    text = mess.text.replace(start, f"{start}Z):\n    return Z\n\n\n{start}", 1)
    return Work(mess.solved(text))


def _resubmitted(mess: Mess) -> Work:
    files = mess.solved()
    newer = {name.replace(".py", "-1.py"): data for name, data in files.items()}
    return Work(dict.fromkeys(files, b"raise SystemExit\n") | newer)


def _script_named_ipynb(mess: Mess) -> Work:
    files = {name.replace(".py", ".ipynb"): data for name, data in mess.solved().items()}
    return Work(files, "unread", ("*",))


def _commented(which: int, comment: bytes, concern: str) -> Make:
    """Hand in the same rare mistakes as another; nothing is known of what they cost."""
    return lambda mess: Work(
        {n: d + comment for n, d in mess.rare(which).items()}, concern, lost=None
    )


ORDINARY = "ordinary"
KINDS: dict[str, Make] = {
    "scripts": lambda mess: Work(mess.solved()),
    "one_script": lambda mess: Work({"final_FINAL (2).py": mess.script()}),
    "notebooks": lambda mess: Work(mess.notebooks()),
    "one_notebook": lambda mess: Work({"Untitled1.ipynb": mess.notebook()}),
    "zip": _zipped(_zip),
    "zip_of_a_folder": _zipped(lambda files: _zip(_folder(files))),
    "zip_in_zip": _zipped(lambda files: _zip(_zip(files))),
    "zip_in_zip_in_zip": _zipped(lambda files: _zip(_zip(_zip(files))), "unread"),
    "zip_cut_short": _zipped(lambda files: {"work.zip": archive_of(files)[:-400]}, "unread"),
    **{kind: _no_work(*file) for kind, file in NO_WORK.items()},
    "as_it_was_handed_out": lambda mess: Work(mess.handed_out(), lost=("*",)),
    "stub": _stub,
    "first_exercise_only": lambda mess: Work(
        {f"{mess.first.slug}.py": mess.text.encode()}, lost=mess.functions_from(1)
    ),
    "half_done": lambda mess: Work(mess.with_variants([], written=3), lost=mess.functions_from(3)),
    "colab": _cells(_colab),
    "vs_code": _cells(_vs_code),
    "cells_out_of_order": _cells(lambda notebook: notebook["cells"].reverse()),
    "cell_before_its_function": _inserted("x = undefined_yet + 1\nprint(softmax([[1.0]]))", 1),
    "shell_cells": _inserted("%%bash\nls -la\n"),
    "magics": _inserted("import numpy as np\nnp.exp?\n%timeit np.zeros((3, 1))\n!date"),
    "notebook_with_pictures": _cells(_pictures),
    "old_notebook": _cells(_format_3),
    "notebook_with_a_mark": lambda mess: Work({"a.ipynb": b"\xef\xbb\xbf" + mess.notebook()}),
    "notebook_cut_short": lambda mess: Work({"a.ipynb": mess.notebook()[:-900]}, "unread", ("*",)),
    "notebook_named_py": lambda mess: Work({"a.py": mess.notebook()}),
    "script_named_ipynb": _script_named_ipynb,
    "script_and_notebook": lambda mess: Work(mess.solved() | {"all.ipynb": mess.notebook()}),
    **{kind: _encoded(*encoding) for kind, encoding in ENCODINGS.items()},
    "lines_of_windows": _lines_end(b"\r\n"),
    "lines_of_old_macs": _lines_end(b"\r"),
    "colon_missing": _edited(sample.break_syntax, "unloaded", costs=True),
    "leaves_the_process": _edited(sample.crash, "stopped"),
    **{f"files_{kind}": _named(rename) for kind, rename in NAMES.items()},
    **{kind: _edited(lambda text, end=end: f"{text}\n\n{end}") for kind, end in BELOW.items()},  # type: ignore[misc]
    **{kind: _above(*line) for kind, line in ABOVE.items()},
    **{kind: _within(*line) for kind, line in WITHIN.items()},
    **{f"renamed_{kind}": _renamed(new) for kind, new in RENAMED.items()},
    "twice_in_one_file": _twice,
    "other_file_beside_it": lambda mess: Work(mess.solved() | {"backup.py": b"x = 1\n"}),
    "resubmitted": _resubmitted,
    "late": lambda mess: Work(mess.solved(), "late"),
    "not_in_the_roster": lambda mess: Work(mess.solved(), "unknown"),
    "namesake_right": lambda mess: Work(mess.solved()),
    "copied_from": _commented(0, b"", "same_files"),
    "copied_by": _commented(0, b"", "same_files"),
    "rare_answers_of": _commented(1, b"\n# my own\n", "same_answers"),
    "rare_answers_with": _commented(1, b"\n# quite my own\n", "same_answers"),
    ORDINARY: lambda mess: Work(mess.usual(), lost=None),
}
