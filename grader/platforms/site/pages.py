"""The pages of a site around its notebooks, and the links to other places that run these."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from grader.course.folder import Course
from grader.errors import UsageError
from grader.results.templating import environment

GITHUB = re.compile(r"(?:https://github\.com/)?(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?")
BRANCH = "main"


@dataclass(frozen=True, slots=True)
class Links:
    """Where a site will be: `repository` is owner/name on GitHub, `address` an address."""

    repository: str = ""
    address: str = ""

    @classmethod
    def of(cls, repository: str | None, address: str | None) -> Self:
        """Read what an instructor gave; UsageError when it is no address.

        Without an address, the site is where GitHub Pages puts the repository.
        """
        if address and not re.fullmatch(r"https?://\S+", address):
            raise UsageError(f"{address!r} is not an address; write one as https://example.org/")
        if not repository:
            return cls(address=_folder(address or ""))
        match = GITHUB.fullmatch(repository)
        if match is None:
            raise UsageError(
                f"{repository!r} is not a repository on GitHub; write https://github.com/OWNER/NAME"
            )
        owner, name = match["owner"], match["name"]
        pages = f"https://{owner.lower()}.github.io/"
        pages += "" if f"{name}/".lower() == pages.removeprefix("https://") else f"{name}/"
        return cls(f"{owner}/{name}", _folder(address or pages))

    def raw(self, path: str) -> str:
        """Return the address of a file of the site in the repository."""
        return f"https://raw.githubusercontent.com/{self.repository}/{BRANCH}/{path}"

    def colab(self, slug: str) -> str:
        """Return the address that opens an exercise in Colab."""
        path = f"{self.repository}/blob/{BRANCH}/colab/{slug}.ipynb"
        return f"https://colab.research.google.com/github/{path}"

    @property
    def codespaces(self) -> str:
        """The address that opens the repository in Codespaces."""
        return f"https://codespaces.new/{self.repository}"


def _folder(address: str) -> str:
    return address.rstrip("/") + "/" if address else ""


def start_page(course: Course, links: Links) -> str:
    """Write the page on which learners begin: the exercises, what they have done, handing in."""
    return _filled("start.html", course, links)


def lms_fragment(course: Course, links: Links) -> str:
    """Write the list of exercises as HTML to paste into a page of an LMS."""
    return _filled("lms.html", course, links)


def _filled(name: str, course: Course, links: Links) -> str:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return environment().from_string(text).render(course=course, links=links)


def devcontainer(wheel: str) -> str:
    """Write the description of the machine on which Codespaces opens the repository."""
    description = {
        "image": "mcr.microsoft.com/devcontainers/python:3.12",
        "postCreateCommand": f"pip install ipykernel pypi/{wheel}",
        "customizations": {"vscode": {"extensions": ["ms-toolsai.jupyter"]}},
    }
    return json.dumps(description, indent=2) + "\n"
