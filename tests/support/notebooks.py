"""Run cells in a kernel of this environment's."""

from __future__ import annotations

from typing import Any

import nbformat
from nbclient import NotebookClient


def executed(*cells: str, errors: bool = False) -> list[list[Any]]:
    """Run these cells; return what each of them shows. `errors`: they may raise."""
    document = nbformat.v4.new_notebook()
    document.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    client = NotebookClient(document, timeout=60, kernel_name="python3", allow_errors=errors)
    client.execute()
    return [cell.outputs for cell in document.cells]
