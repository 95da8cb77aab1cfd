"""Write an exercise as a marimo notebook: when a function changes, its check runs again."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Collection, Iterator

HEAD = '''# /// script
# dependencies = ["marimo", "numpy", "softmax-grader"]
# ///

import marimo

__generated_with = "0.13.0"
app = marimo.App()

with app.setup:
    import marimo as mo
{imports}

    try:
        from grader.notebook import check
    except ModuleNotFoundError:

        def check(*functions):
            return mo.md("The grader is not here: run marimo where you ran `grader start`.")


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    Run all cells once, by the button at the lower right. From then on a check runs again by itself
    whenever its function has changed.
    """)
    return
'''
FOOT = """

if __name__ == "__main__":
    app.run()
"""
# By this a file is known.
IMPORT = b"\nimport marimo\n"
MAIN = 'if __name__ == "__main__":\n'


def marimo_of(script: str, names: Collection[str]) -> str:
    """Return a marimo notebook of a script in percent format; `names` are the functions to check.

    It is a Python file still: others can import its functions, and it can be handed in.
    """
    cells = [cell.strip("\n") for cell in re.split(r"^# %%", script, flags=re.MULTILINE)[1:]]
    codes = [cell for cell in cells if not cell.startswith(" [markdown]")]
    imports = "\n".join(code.strip() for code in codes if _is_import(code))
    pieces = [HEAD.format(imports=_indented(imports))]
    for cell in cells:
        if cell.startswith(" [markdown]"):
            pieces.append(_text(cell.partition("\n")[2]))
        elif not _is_import(cell):
            pieces += _code(cell.strip(), names)
    return "\n".join(pieces) + FOOT


def _is_import(code: str) -> bool:
    return all(
        isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(code.strip()).body
    )


def _text(comments: str) -> str:
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in comments.splitlines())
    title, _, rest = text.partition("\n")
    if title.startswith("### Stuck on"):
        body = f'mo.accordion({{{title.strip("# ")!r}: mo.md(r"""\n{rest.strip()}\n""")}})'
    else:
        body = f'mo.md(r"""\n{text}\n""")'
    return f"\n@app.cell(hide_code=True)\ndef _():\n{_indented(body)}\n    return\n"


def _code(code: str, names: Collection[str]) -> Iterator[str]:
    """Yield a cell of code, and one that checks what it defines."""
    if code.startswith(MAIN):
        # What is defined in a function does not clash with what other cells define.
        body = f"def _drawn():\n{code.removeprefix(MAIN)}\n\n{MAIN}    _drawn()"
        yield f"\n@app.cell\ndef _():\n{_indented(body)}\n    return\n"
        return
    yield f"\n@app.function\n{code}\n"
    here = [name for name in re.findall(r"^def (\w+)", code, re.MULTILINE) if name in names]
    if here:
        yield f"\n@app.cell\ndef _():\n    check({', '.join(here)})\n    return\n"


def _indented(code: str) -> str:
    return textwrap.indent(code, "    ")
