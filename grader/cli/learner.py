"""What learners use: `grader start` and `grader check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli.common import EXIT_FAILED, console, json_option, reports_errors
from grader.errors import UsageError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--exercise",
    "exercises",
    multiple=True,
    metavar="SLUG",
    help="Only this exercise; may be given more than once.",
)
@click.option(
    "--form",
    type=click.Choice(["py", "ipynb", "both"]),
    default="both",
    show_default=True,
    help="Scripts, notebooks, or both: they hold the same text.",
)
@reports_errors
def start(folder: Path, exercises: tuple[str, ...], form: str) -> None:
    """Get the exercises: copy them to DIR. Files that are there already are left alone.

    \b
    Example:
      grader start softmax/
      grader start softmax/ --form ipynb
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.learner.start import start as started_in

    started = started_in(folder, slugs=exercises, form=form)
    click.echo(f"{folder}: {len(started.copied)} files copied")
    if started.kept:
        click.echo(f"left as they were: {', '.join(started.kept)}")
    click.echo(
        f"\nNow read README.md there, open {started.first}, and after every save run:\n\n"
        f"    cd {folder}\n    grader check {started.first}\n\n"
        f"or let it run by itself:\n\n    grader check --watch {started.first}"
    )


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--watch",
    is_flag=True,
    help="Check again whenever a file is saved, until q is pressed; h shows a hint.",
)
@json_option
@reports_errors
def check(files: tuple[Path, ...], *, watch: bool, as_json: bool) -> None:
    """Check your own work: the public checks, which mistake it is, what to do next.

    FILES are exercise files (.py or .ipynb); without any, all of this folder's are checked. Your
    code runs on this machine as you.

    \b
    Example:
      grader check ex01_softmax.py
      grader check --watch ex01_softmax.py
      grader check ex01_softmax.py --json

    Exit code: 0 when all public checks pass, 1 when some do not, 2 when nothing could be checked.
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.engine.own import lane_for_own_code

    if watch and as_json:
        raise UsageError("--watch and --json do not go together; leave out one")
    with lane_for_own_code() as lane:
        if as_json:
            import msgspec

            from grader.learner.check import check_files

            found = check_files(files, lane)
            click.echo(msgspec.json.encode(found.result))
            code = 0 if found.passed else EXIT_FAILED
        elif watch:
            from grader.learner.watch import watched

            code = watched(files, lane, console())
        else:
            from grader.learner.check import check_files
            from grader.results.terminal import show

            code = show(check_files(files, lane), console())
    sys.exit(code)
