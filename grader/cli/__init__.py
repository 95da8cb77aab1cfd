"""The command line. Each module holds the commands of those who use them."""

from __future__ import annotations

import sys

import click

from grader import __version__
from grader.cli.author import audit, build
from grader.cli.export import export
from grader.cli.gradescope import gradescope
from grader.cli.learner import check, start
from grader.cli.otter import otter
from grader.cli.teacher import demo, doctor, grade

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, "-V", "--version", message="softmax-grader %(version)s")
def main() -> None:
    """Grade the gradient of the softmax layer, and say what is wrong.

    \b
    Learners:     grader start DIR, grader check ex01_softmax.py
    Instructors:  grader grade submissions/ --out results/
    Authors:      grader build --check, grader audit
    """  # noqa: D301  # click's mark for lines that are kept
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


for command in (grade, check, start, build, audit, demo, doctor, otter, gradescope, export):
    main.add_command(command)
