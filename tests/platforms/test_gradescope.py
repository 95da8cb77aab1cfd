"""Gradescope's autograder: built, unpacked as the platform does, run; its results are valid."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from grader.model import Limits
from grader.platforms.container.pack import Settings
from grader.platforms.gradescope.build import build
from tests.support.course import ROOT
from tests.support.documents import DIAGONAL
from tests.support.submissions import SOFTMAX, notebook

VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEXT = {"type": "string"}
# As the platform documents results.json.
SCHEMA = {
    "type": "object",
    "required": ["score", "tests"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number", "minimum": 0},
        "execution_time": {"type": "number"},
        "output": TEXT,
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number", "minimum": 0},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": TEXT,
                    "name_format": FORMAT,
                    "number": TEXT,
                    "output": TEXT,
                    "output_format": FORMAT,
                    "tags": {"type": "array", "items": TEXT},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}
# What a measurement of coverage tells the processes that are started.
MEASURED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}
# No wall: not every machine has one, and it is not what these tests are about.
SETTINGS = Settings(
    exercises=("ex01_softmax", "ex02_jacobian"),
    isolation="none",
    limits=Limits(call_cpu_s=0.3, statement_cpu_s=0.3, submission_cpu_s=3, wall_factor=3),
)


class Container:
    """The folders of a container in which setup.sh has been run."""

    def __init__(self, root, archive):
        self.root = root
        (root / "results").mkdir(parents=True)
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(root / "source")
        # What setup.sh would make; it is run for itself, below.
        (root / "grader").symlink_to(Path(sys.executable).parent.parent)

    def results(self, files):
        folder = self.root / "submission"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
        script = self.root / "source" / "run_autograder"
        self.done = subprocess.run(
            ["bash", script],
            env={"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(self.root)} | MEASURED,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        results = json.loads((self.root / "results" / "results.json").read_text(encoding="utf-8"))
        jsonschema.validate(results, SCHEMA)
        return results


@pytest.fixture(scope="module")
def container(tmp_path_factory, course):
    folder = tmp_path_factory.mktemp("gradescope")
    build(course, folder / "autograder.zip", SETTINGS)
    return Container(folder / "autograder", folder / "autograder.zip")


def by_name(results):
    return {test["name"]: test for test in results["tests"]}


class Elements(HTMLParser):
    """The names of the elements in a page, and its words."""

    def __init__(self, text):
        super().__init__()
        self.names, self.words = set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.names.update(name for name, _value in attrs if name.startswith("on"))

    def handle_data(self, data):
        self.words += data


class TestResults:
    def test_points_and_feedback_for_each_function(self, container, grader):
        results = container.results({"work.ipynb": notebook(DIAGONAL)})
        tests = by_name(results)
        assert (tests["softmax"]["score"], tests["softmax"]["max_score"]) == (12, 12)
        assert tests["softmax"]["status"] == "passed"
        jacobian = tests["softmax_jacobian"]
        assert jacobian["status"] == "failed"
        assert "You fill the diagonal" in Elements(jacobian["output"]).words
        assert (
            "0 of 10 points (10 × 0/13 = 0: only checks of values count"
            in Elements(jacobian["output"]).words
        )
        # Results of hidden checks wait; those of public checks do not, and show no points.
        assert jacobian["visibility"] == "after_published"
        assert "entry (0, 1) is 0, should be -0.25" in Elements(results["output"]).words
        assert "(hidden)" not in results["output"]
        assert results["score"] == sum(test["score"] for test in tests.values())
        from grader.intake.submission import submission_of

        whole = grader.grade(submission_of("ada", {"work.py": DIAGONAL.encode()}))
        expected = [f.score for f in whole.functions if f.exercise in SETTINGS.exercises]
        assert [test["score"] for test in tests.values()] == expected

    def test_several_files_and_a_zip(self, container):
        files = {"ex01_softmax.py": SOFTMAX, "homework/ex02_jacobian.py": DIAGONAL}
        assert container.results(files)["score"] >= 12
        path = container.root / "work.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("homework/ex01_softmax.py", SOFTMAX)
        assert container.results({"work.zip": path.read_bytes()})["score"] == 12

    @pytest.mark.parametrize(
        ("files", "reason"),
        [
            ({}, "no .py or .ipynb file was found"),
            ({"work.ipynb": b""}, "work.ipynb is empty"),
            ({"work.ipynb": b'{"cells": ['}, "is not a notebook"),
            ({"work.py": "while True:\n    pass\n"}, "did not finish"),
            ({"work.py": "import os\nos._exit(0)\n"}, "ended"),
            ({"work.py": "def f(:\n"}, "SyntaxError"),
        ],
        ids=["nothing", "empty", "half a notebook", "a hang", "an exit", "no Python"],
    )
    def test_trouble_is_reported(self, container, files, reason):
        results = container.results(files)
        assert results["score"] == 0
        assert reason in Elements(results["output"]).words

    def test_nothing_of_a_learner_can_act(self, container):
        text = "<script>alert(1)</script><img src=x onerror=1>"
        hostile = f"def softmax(Z):\n    raise ValueError({text!r})\n"
        results = container.results({"<b>work.py": hostile})
        names = set().union(*(Elements(test["output"]).names for test in results["tests"]))
        names |= Elements(results["output"]).names
        assert names <= {"p", "strong", "ul", "li", "span", "br", "code", "pre", "h4", "div"}
        assert "<script>alert(1)</script>" in Elements(results["output"]).words

    def test_written_results_are_written_over(self, container):
        root = container.root
        path = str(root / "results" / "results.json")
        forge = (
            "import json\ntry:\n    json.dump({'score': 99, 'tests': []},"
            f" open({path!r}, 'w'))\nexcept Exception:\n    pass\n"
        )
        assert container.results({"work.py": forge})["score"] == 0

    def test_points_that_do_not_fit_the_assignment_are_reported(self, container):
        about = {"assignment": {"total_points": "100.0"}, "users": []}
        (container.root / "submission_metadata.json").write_text(json.dumps(about))
        container.results({"work.py": SOFTMAX})
        assert "the assignment has 100 points and the course 27" in container.done.stdout


def test_an_entry_for_each_check_in_markdown(course, tmp_path):
    import msgspec

    settings = msgspec.structs.replace(
        SETTINGS,
        exercises=("ex01_softmax",),
        per="check",
        format="md",
        hidden_visibility="after_due_date",
    )
    build(course, tmp_path / "autograder.zip", settings)
    results = Container(tmp_path / "root", tmp_path / "autograder.zip").results(
        {"work.py": "def softmax(Z):\n    raise ValueError('```\\n# big')\n"}
    )
    tests = by_name(results)
    assert tests["softmax"]["max_score"] == 12
    public, hidden = tests["softmax: one two three"], tests["softmax: any batch"]
    assert "score" not in public
    assert (public["visibility"], hidden["visibility"]) == ("visible", "after_due_date")
    assert public["output_format"] == "md"
    # Out of its block nothing breaks.
    assert public["output"].startswith("````\n")
    assert public["output"].endswith("\n````")
    assert "it raised ValueError: ``` / # big" in public["output"]
    assert "the same ValueError as in one_two_three, in line 2" in hidden["output"]


def test_an_author_s_slip_grades_nothing_and_says_so(tmp_path, container):
    root = tmp_path / "root"
    shutil.copytree(container.root / "source", root / "source")
    (root / "source" / "softmax-grader-course.msgpack").write_bytes(b"no course")
    (root / "grader").symlink_to(Path(sys.executable).parent.parent)
    (root / "submission").mkdir()
    script = root / "source" / "run_autograder"
    subprocess.run(["bash", script], env=os.environ | {"AUTOGRADER_ROOT": str(root)}, check=False)
    results = json.loads((root / "results" / "results.json").read_text())
    jsonschema.validate(results, SCHEMA)
    assert "NOT GRADED" in results["output"]
    assert "make the autograder again" in results["output"]


def test_without_its_environment_it_still_writes_results(tmp_path, container):
    script = container.root / "source" / "run_autograder"
    subprocess.run(
        ["bash", script],
        env=os.environ | {"AUTOGRADER_ROOT": str(tmp_path)}, capture_output=True, check=False,
    )  # fmt: skip
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    jsonschema.validate(results, SCHEMA)
    assert "NOT GRADED" in results["output"]


@pytest.mark.slow  # makes a virtual environment, and pip fills it
def test_setup_installs_it_with_pip_alone(tmp_path, run):
    archive = tmp_path / "autograder.zip"
    done = run(
        "gradescope", "build", "--course", ROOT / "solutions", "--exercise", "ex01_softmax",
        "--isolation", "none", "--out", archive,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert archive.stat().st_size < 1_000_000
    root = tmp_path / "autograder"
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(root / "source")
    set_up = subprocess.run(
        ["bash", root / "source" / "setup.sh"],
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(tmp_path),
             "AUTOGRADER_ROOT": str(root), "PIP_NO_COMPILE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "ConnectionError" in set_up.stderr or "Failed to establish" in set_up.stderr:
        pytest.skip("pip cannot reach its index")
    assert set_up.returncode == 0, set_up.stderr
    (root / "submission").mkdir()
    (root / "submission" / "ex01_softmax.py").write_text(SOFTMAX)
    subprocess.run(
        ["bash", root / "source" / "run_autograder"],
        env={"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(root)}, check=True,
    )  # fmt: skip
    results = json.loads((root / "results" / "results.json").read_text())
    assert results["score"] == 12
