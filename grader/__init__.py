"""An autograder for courses in NumPy.

Others may import `grader.course`, with which a course's checks are written, and `grader.notebook`,
with which learners check their work in a notebook; these stay as they are from one version to the
next. All else is used through the command `grader` and the files that it writes. The rooms of this
package, and which may import which, are described in docs/architecture.md.
"""

from typing import Any

__all__ = ["__version__", "load_ipython_extension"]

__version__ = "0.1.0"


def load_ipython_extension(shell: Any) -> None:
    """Add `%%check FUNCTION` to a notebook: IPython calls this for `%load_ext grader`."""
    from grader.notebook.magic import check_cell

    def run(line: str, cell: str) -> object:
        return check_cell(shell, line, cell)

    shell.register_magic_function(run, "cell", "check")
