"""Write what `check` tells of every variant in a folder; run here and in Pyodide."""

import json
import sys
from pathlib import Path

import numpy as np

from grader.notebook import Checked, check

WORK = Path("/mounted") if sys.platform == "emscripten" else Path(sys.argv[1])


def told(path):
    namespace = {"__name__": "__main__"}
    exec(compile(path.read_text(), "<cell>", "exec"), namespace)  # noqa: S102  # our own source
    functions = {}
    for name, function in namespace.items():
        wanted, separator, _ = name.partition("__")
        if separator and wanted and callable(function):
            function.__name__ = wanted
            functions[name] = function
    checked = check(*functions.values())
    return {
        f"{path.stem}/{name}": Checked((pair,))._repr_html_()
        for name, pair in zip(functions, checked.functions, strict=True)
    }


found = {}
with np.errstate(all="ignore"):
    for path in sorted(WORK.glob("*_*.py")):
        found |= told(path)
(WORK / f"told-{sys.platform}.json").write_text(json.dumps(found))
