"""The command line: a module for each kind of user.

The other rooms are imported when a command runs, not before, so that it starts at once.
"""

from __future__ import annotations

import sys

import click

from grader import __version__
from grader.cli.author import audit, build, new, preview
from grader.cli.classes import show_class
from grader.cli.export import export
from grader.cli.gradescope import gradescope
from grader.cli.learner import check, hint, list_exercises, pack, reset, start
from grader.cli.otter import otter
from grader.cli.site import site
from grader.cli.teacher import demo, doctor, grade, rubric

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, "-V", "--version", message="softmax-grader %(version)s")
def main() -> None:
    """Grade exercises in NumPy, and say what is wrong.

    \b
    Example:
      grader start DIR                            learners: get the exercises
      grader check ex01_softmax.py                learners: check your own work
      grader grade submissions/ --out results/    instructors: grade a class
      grader build --check                        authors: prove the course
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    for stream in (sys.stdout, sys.stderr):
        if hasattr(
            stream, "reconfigure"
        ):  # pragma: no branch  # a program may replace these streams
            stream.reconfigure(encoding="utf-8", errors="replace")


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script for completion with Tab in SHELL.

    \b
    Example:
      grader completion bash >> ~/.bashrc
      grader completion zsh >> ~/.zshrc
      grader completion fish > ~/.config/fish/completions/grader.fish
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from click.shell_completion import get_completion_class

    completion_class = get_completion_class(shell)
    assert completion_class is not None
    click.echo(completion_class(main, {}, "grader", "_GRADER_COMPLETE").source())


for command in (
    grade,
    rubric,
    show_class,
    check,
    start,
    hint,
    list_exercises,
    reset,
    pack,
    build,
    audit,
    new,
    preview,
    demo,
    doctor,
    otter,
    gradescope,
    site,
    export,
):
    main.add_command(command)
