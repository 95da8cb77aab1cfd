"""Run cells in a kernel of this environment's."""

from __future__ import annotations

from typing import Any

import nbformat
from nbclient import NotebookClient


def executed(*cells: str, errors: bool = False) -> list[Any]:
    """Run these cells; return what the last one shows. `errors`: it may raise."""
    document = nbformat.v4.new_notebook()
    document.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    client = NotebookClient(document, timeout=60, kernel_name="python3", allow_errors=errors)
    client.execute()
    outputs: list[Any] = document.cells[-1].outputs
    return outputs
