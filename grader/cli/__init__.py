"""The command line: a module for each kind of user.

Imports the rooms when a command runs, not before, so that the command starts at once.
"""

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
    Example:
      grader start DIR            for learners: get the exercises, then
      grader check ex01_softmax.py
      grader grade submissions/ --out results/        for instructors
      grader build --check        for authors, and grader audit
    """  # noqa: D301  # click's mark for lines that are kept
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # pragma: no branch  # a program may put its own
            stream.reconfigure(encoding="utf-8", errors="replace")


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete this command's words when Tab is pressed.

    \b
    Example:
      grader completion bash >> ~/.bashrc
      grader completion zsh >> ~/.zshrc
      grader completion fish > ~/.config/fish/completions/grader.fish
    """  # noqa: D301  # click's mark for lines that are kept
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(main, {}, "grader", "_GRADER_COMPLETE").source())


for command in (grade, check, start, build, audit, demo, doctor, otter, gradescope, export):
    main.add_command(command)
