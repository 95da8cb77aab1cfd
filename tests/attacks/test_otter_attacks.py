"""What forges results elsewhere, through `otter run`: each is worth what its honest part is.

They answer with forged values, forge frames, patch and poison what checks could use, and write over
files.
"""

from __future__ import annotations

import json
import re
import warnings

import pytest

from grader.engine.isolation import chosen
from grader.errors import UsageError
from grader.model import Limits
from grader.platforms.container.pack import Settings
from tests.attacks.attack_list import ATTACKS

pytest.importorskip("otter")
with warnings.catch_warnings(action="ignore"):
    import otter.run as otter_run

    from grader.platforms.otter.assign import assign

# Minutes, and a large library. Not alone, as the other attacks are: nothing here depends on that.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

FAMILIES = ("answers", "frames", "patching", "poisoning", "writing")
FORGING = [a for a in ATTACKS if a.family in FAMILIES and a.maker is None and len(a.files) == 1]
LIMITS = Limits(call_cpu_s=0.5, statement_cpu_s=0.5, submission_cpu_s=3.0)
EXERCISES = ("ex01_softmax", "ex02_jacobian")


@pytest.fixture(scope="module")
def autograder(tmp_path_factory, course):
    try:
        chosen("auto")
    except UsageError as error:
        pytest.skip(str(error).splitlines()[0])
    settings = Settings(exercises=EXERCISES, limits=LIMITS)
    return assign(course, tmp_path_factory.mktemp("dist"), settings, prove=False).autograder


@pytest.fixture(scope="module")
def points(autograder, tmp_path_factory):
    """The points of a script by otter, each once."""
    known = {}
    folder = tmp_path_factory.mktemp("run")

    def given(files):
        ((name, data),) = files.items()
        # What an attack would be told of the arena: there is none.
        source = re.sub(rb"@[A-Z0-9_]+@", b"0", data)
        if source not in known:
            (folder / name).write_bytes(source)
            otter_run.main(
                str(folder / name),
                autograder=str(autograder),
                output_dir=str(folder),
                no_logo=True,
            )
            tests = json.loads((folder / "results.json").read_text())["tests"]
            known[source] = {test["name"]: test["score"] for test in tests}
        return known[source]

    return given


@pytest.mark.parametrize("attack", FORGING, ids=lambda attack: attack.name)
def test_it_is_worth_its_honest_part(attack, points):
    forged = points(attack.files)
    honest = points({name: attack.twin[name] for name in attack.files})
    assert len(forged) == 3
    if "costs" in attack.marks:
        assert all(forged[name] <= honest[name] for name in forged)
    else:
        assert forged == honest
