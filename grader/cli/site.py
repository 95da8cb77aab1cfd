"""`grader site build`, for instructors whose learners cannot install anything."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.common import course_option, read_course, reports_errors

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group()
def site() -> None:
    """Make a web site on which learners do the exercises in their browser.

    \b
    Example:
      grader site build --out site/
    """  # noqa: D301  # click's mark for lines that are not rewrapped


@site.command()
@course_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("site"),
    show_default=True,
    metavar="DIR",
    help="The folder to write: a new one, or an earlier site.",
)
@click.option(
    "--pyodide",
    type=FOLDER,
    metavar="DIR",
    help="Put this copy of Pyodide (Python for browsers) into the site.  [default: learners'"
    " browsers get it from cdn.jsdelivr.net]",
)
@click.option(
    "--wheels",
    type=FOLDER,
    metavar="DIR",
    help="Put the wheels in this folder into the site: packages that Pyodide does not have.",
)
@click.option(
    "--repository",
    metavar="URL",
    help="The repository on GitHub that the site will be the content of, on its branch main. Adds"
    " links to Colab and Codespaces.",
)
@click.option(
    "--address",
    metavar="URL",
    help="Where the site will be. Writes lms.html, to paste into a page of an LMS.  [default: the"
    " repository's address on GitHub Pages]",
)
@reports_errors
def build(
    course_folder: Path | None,
    *,
    out: Path,
    pyodide: Path | None,
    wheels: Path | None,
    repository: str | None,
    address: str | None,
) -> None:
    """Make a folder that any web server can serve.

    It holds the course's notebooks without solutions, this grader with the public checks, and a
    start page. Learners need a browser and nothing else: no account, no server that runs code.
    They hand in one file, which `grader grade` reads. Hidden checks are not in it.

    \b
    Example:
      grader site build --out site/
      grader site build --repository https://github.com/OWNER/NAME
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.platforms.site.build import SiteSettings, build_site
    from grader.platforms.site.pages import Links

    settings = SiteSettings(pyodide, wheels, Links.of(repository, address))
    size = build_site(read_course(course_folder), out, settings)
    click.echo(f"{out} ({size / 1e6:.1f} MB)")
    click.echo(f"\nTry it:  python -m http.server --directory {out}")
