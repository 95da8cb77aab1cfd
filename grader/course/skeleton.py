"""Write a new course, exercise or function: proved as it stands, for its author to change."""

from __future__ import annotations

import re
from keyword import iskeyword
from pathlib import Path

from grader.course.settings import settings_of
from grader.errors import UsageError

# What the files import: a function of such a name would take its place.
IMPORTED = ("np", "call", "Terms", "FunctionChecks")
COURSE = """title = "A new course"

# How much a submission may use; these are the defaults.
[limits]
call_cpu_s = 2.0         # seconds of computing for one call
submission_cpu_s = 60.0  # for all of a submission
"""
ENTRY = """
[[exercise]]
slug = "SLUG"
points = { NAME = 10 }
"""
TITLE = """# %% [markdown]
# # SLUG: a title
#
# What is to be done, and why.

# %%
import numpy as np
"""
REFERENCE = '''
# %% [markdown]
# ## `NAME`
#
# Write `NAME(x)`: twice each entry of `x`.

# %%
def NAME(x: np.ndarray) -> np.ndarray:
    """Return 2 x for each entry of x, an array of float64, in a new array of its shape."""
    # BEGIN SOLUTION
    return 2.0 * x
    # END SOLUTION

# %% [markdown] tags=["hint-NAME"]
# ### Stuck on `NAME`?
#
# - A question that leads on.

# %% [markdown] tags=["notice-NAME"]
# What to notice, for who has it right.
'''
CHECKS = '''
NAME = FunctionChecks("NAME")


@NAME.terms
def NAME_terms(answer, x):
    """S0: the magnitudes of all terms of an entry, added up. growth: how many roundings."""
    return Terms(magnitude=np.abs(answer), growth=2)


@NAME.value(public=True)
def NAME_of_two_numbers():
    """Of [1, -3] it is [2, -6].

    What happens to the sign?
    """
    yield call(np.array([1.0, -3.0]))


@NAME.value(weight=2)
def NAME_of_any_numbers(rng):
    """Arrays of any shape."""
    yield call(rng.normal(size=4))
    yield call(rng.normal(size=(3, 2)))


@NAME.mutation()
def NAME_leaves_its_argument(rng):
    """x is afterwards what it was before."""
    yield call(rng.normal(size=4))
'''
MISTAKES = '''
def NAME__squared(x):
    """You multiply each entry by itself.

    For 2 that is the same as doubling it, so a single example can hide the difference. Try it with
    -3: the answer should keep its sign, and yours loses it. What is each entry to be multiplied by?
    """
    return x * x


def NAME__in_place(x):
    """You write into the array that you were given.

    The answer is right, but whoever called you finds other numbers in the array than before, and
    goes on with these. Where could the answer go, so that the array stays as it was?
    """
    x *= 2.0
    return x
'''
ALTERNATIVES = '''
def NAME__sum(x):
    """As a sum."""
    return x + x


def NAME__multiply(x):
    """With np.multiply."""
    return np.multiply(x, 2.0)
'''
NUMPY, NAMES = "import numpy as np", "from grader.course import FunctionChecks, Terms, call"
FILES = {
    "reference.py": (REFERENCE, (NUMPY,)),
    "checks.py": (CHECKS, (NUMPY, NAMES)),
    "mistakes.py": (MISTAKES, (NUMPY,)),
    "alternatives.py": (ALTERNATIVES, (NUMPY,)),
}


def new_course(folder: Path) -> list[Path]:
    """Write a course of one exercise; return the files. UsageError if the folder holds one."""
    path = folder / "course.toml"
    if path.exists():
        raise UsageError(
            f"{path} exists; add to that course with `grader new exercise --course {folder}`"
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(COURSE, encoding="utf-8")
    return [path, *_add_exercise(folder, "ex01_first", "first")]


def new_exercise(folder: Path, slug: str, name: str) -> list[Path]:
    """Add an exercise with one function to a course; return the files. UsageError if it exists."""
    _refuse_name(slug, [entry.slug for entry in settings_of(folder).exercise])
    _refuse_name(name, _names(folder))
    if (folder / slug).exists():
        raise UsageError(f"{folder / slug} exists; choose another name")
    return [folder / "course.toml", *_add_exercise(folder, slug, name)]


def new_function(folder: Path, slug: str, name: str) -> list[Path]:
    """Add a function to an exercise; return the files. UsageError if that cannot be done."""
    entries = {entry.slug for entry in settings_of(folder).exercise}
    if slug not in entries:
        raise UsageError(
            f"no exercise is called {slug!r}; choose from {', '.join(sorted(entries))}"
        )
    _refuse_name(name, _names(folder))
    path = folder / "course.toml"
    text = path.read_text(encoding="utf-8")
    entry = re.compile(rf'(slug\s*=\s*"{slug}"[^\[]*?points\s*=\s*\{{[^}}]*?)\s*\}}', re.DOTALL)
    changed, count = entry.subn(rf"\g<1>, {name} = 10 }}", text)
    if count != 1:
        raise UsageError(f"cannot find the points of {slug} in {path}; add `{name} = 10` to them")
    path.write_text(changed, encoding="utf-8")
    return [path, *_add_function(folder / slug, name)]


def _names(folder: Path) -> list[str]:
    return [name for entry in settings_of(folder).exercise for name in entry.points]


def _refuse_name(name: str, taken: list[str]) -> None:
    is_name = name.isidentifier() and not iskeyword(name) and name not in IMPORTED
    if not is_name or name.startswith("_") or "__" in name:
        raise UsageError(f"{name!r} cannot be used as a name; use letters, digits and single _")
    if name in taken:
        raise UsageError(f"the course has {name} already; choose another name")


def _add_exercise(folder: Path, slug: str, name: str) -> list[Path]:
    home = folder / slug
    home.mkdir()
    (home / "reference.py").write_text(TITLE.replace("SLUG", slug), encoding="utf-8")
    with (folder / "course.toml").open("a", encoding="utf-8") as file:
        file.write(ENTRY.replace("SLUG", slug).replace("NAME", name))
    return _add_function(home, name)


def _add_function(home: Path, name: str) -> list[Path]:
    for filename, (text, imports) in FILES.items():
        path = home / filename
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        missing = [line for line in imports if line not in present]
        parts = [present.rstrip(), "\n\n".join(missing), text.replace("NAME", name).strip("\n")]
        path.write_text("\n\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")
    return [home / filename for filename in FILES]
