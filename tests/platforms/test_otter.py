"""Otter Assign makes what `otter run`, `otter grade` and Gradescope take, graded by our engine."""

import json
import os
import pickle
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest

from grader import wire
from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.course.variants import variants_in
from grader.errors import UsageError
from grader.judge.judge import Judge
from grader.model import Limits, Raised, Returned
from grader.platforms.container.pack import Settings
from grader.worker.calling import answer_of
from tests.support.course import ROOT
from tests.support.submissions import SOFTMAX, notebook

pytest.importorskip("otter")
with warnings.catch_warnings(action="ignore"):
    import otter.run as otter_run
    from otter.test_files.exception_test import ExceptionTestFile

    from grader.platforms.otter.assign import assign
    from grader.platforms.otter.config import check_otter_config
    from grader.platforms.otter.container import run_once
    from grader.platforms.otter.master import test_source as source_of_test

# A large library, which also makes and runs notebooks.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

EXERCISES = ("ex01_softmax", "ex02_jacobian")
WRONG = "import numpy as np\ndef softmax(Z):\n    return np.full(Z.shape, 0.5)\n"
# Overflows, for a part of the points; and only the diagonal.
HALF = """
import numpy as np
def softmax(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True)
def softmax_jacobian(z):
    a = softmax(z)
    return np.diagflat(a * (1 - a))
"""
# No wall: not every machine has one, and it is not what these tests are about.
QUICK = Limits(call_cpu_s=0.3, statement_cpu_s=0.3, submission_cpu_s=3, wall_factor=3)


@pytest.fixture(scope="module")
def assigned(tmp_path_factory, course):
    settings = Settings(exercises=EXERCISES, isolation="none", limits=QUICK)
    return assign(course, tmp_path_factory.mktemp("dist"), settings, prove=False)


@pytest.fixture
def otter_gives(assigned, tmp_path, monkeypatch):
    """What `otter run` writes for a file."""

    def run(name, content, *, beside=()):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        for other, data in dict(beside).items():
            (tmp_path / other).write_bytes(data)
        monkeypatch.chdir(tmp_path)
        otter_run.main(
            str(path),
            autograder=str(assigned.autograder),
            output_dir=str(tmp_path),
            no_logo=True,
            extra_submission_files=list(dict(beside)),
        )
        return json.loads((tmp_path / "results.json").read_text())

    return run


@pytest.fixture
def points(grader):
    """What our engine gives the same file by the same limits."""
    from grader.grade.grader import Grader
    from grader.intake.submission import submission_of

    def grade(name, content):
        data = content if isinstance(content, bytes) else content.encode()
        plan = grader.plan
        submission = submission_of("ada", {name: data})
        result = Grader(plan, grader.lane).grade(submission)
        return {f.function: f.score for f in result.functions if f.exercise in EXERCISES}

    return grade


def scores(results):
    return {test["name"]: test["score"] for test in results["tests"]}


class TestAssign:
    def test_the_notebook_holds_no_solution_and_no_hidden_check(self, assigned, course):
        text = assigned.notebook.read_text(encoding="utf-8")
        assert "softmax_jacobian_batch is still to be written" in text
        plan = plan_of(course, only=EXERCISES)
        for function in (f for e in plan.exercises for f in e.functions):
            public = {check.name for check in function.checks if not check.hidden}
            tests = nbformat.read(assigned.notebook, as_version=4).metadata["otter"]["tests"]
            for check in function.checks:
                known = f"'name': '{check.name}'" in tests[function.name]
                assert known == (check.name in public), check.name
        for exercise in course.exercises[:2]:
            reference = exercise.reference_path.read_text(encoding="utf-8")
            _before, *solutions = reference.split("# BEGIN SOLUTION\n")
            for solution in solutions:
                for line in solution.split("# END SOLUTION")[0].splitlines():
                    assert len(line) < 20 or line.strip() not in text, line

    def test_otter_itself_grades_the_solved_notebook(self, course, tmp_path):
        # A later exercise alone brings along what it builds on.
        settings = Settings(exercises=("ex02_jacobian",), isolation="none")
        assert assign(course, tmp_path, settings, prove=True).notebook.name == "ex02_jacobian.ipynb"

    def test_the_autograder_carries_the_grader_and_the_course(self, assigned):
        with zipfile.ZipFile(assigned.autograder) as archive:
            names = set(archive.namelist())
            config = json.loads(archive.read("otter_config.json"))
            mode = archive.getinfo("run_autograder").external_attr >> 16
        assert {"files/softmax-grader-course.msgpack", "requirements.softmax-grader.whl"} <= names
        assert [n for n in names if n.startswith("tests/")] == ["tests/graded_by_plugin.py"]
        assert config["plugins"] == ["grader.platforms.otter.plugin.Plugin"]
        assert config["show_hidden"] is True
        assert mode & 0o111

    def test_the_command_says_where_things_are(self, run, tmp_path):
        done = run(
            "otter", "assign", "--course", ROOT / "solutions", "--exercise", "ex01_softmax",
            "--out", tmp_path, "--no-proof",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "student" / "ex01_softmax.ipynb").exists()
        assert str(tmp_path / "autograder" / "autograder.zip") in done.stdout


class TestTheLearnersNotebook:
    def test_a_check_tells_what_is_wrong_without_our_package(self, assigned, monkeypatch):
        monkeypatch.setitem(sys.modules, "grader.notebook", None)
        feedback = self.feedback_on(assigned, "softmax_jacobian", HALF)
        assert "entry (0, 1) is 0, should be -0.25" in feedback
        assert "1 of 3 checks pass" in feedback
        assert "fill the diagonal" not in feedback

    def test_with_our_package_it_says_which_mistake(self, assigned):
        right = HALF.replace("np.exp(Z)", "np.exp(Z - Z.max(axis=0))")
        assert right != HALF
        assert "You fill the diagonal" in self.feedback_on(assigned, "softmax_jacobian", right)

    def test_where_an_earlier_function_fails_it_says_to_begin_there(self, assigned, monkeypatch):
        told = self.feedback_on(assigned, "softmax_jacobian", HALF)
        assert "It may be your softmax, which fails 1 of its 5 checks: begin there." in told
        monkeypatch.setitem(sys.modules, "grader.notebook", None)
        told = self.feedback_on(assigned, "softmax_jacobian", HALF)
        assert "If the test of softmax fails as well, it may be your softmax: begin there." in told

    def test_a_right_answer_passes_and_a_stub_is_reported(self, assigned):
        assert "All test cases passed" in self.feedback_on(assigned, "softmax", SOFTMAX)
        stub = "def softmax(Z):\n    raise NotImplementedError('still')\n"
        assert "softmax is not written yet" in self.feedback_on(assigned, "softmax", stub)
        assert "no function softmax yet" in self.feedback_on(assigned, "softmax", "")

    def test_an_exception_is_told_once_with_its_line(self, assigned, tmp_path):
        path = tmp_path / "cell.py"
        path.write_text("def softmax(Z):\n    return Z / {}\n", encoding="utf-8")
        code = f"exec(compile({path.read_text()!r}, {str(path)!r}, 'exec'))"
        told = self.feedback_on(assigned, "softmax", code)
        assert told.count("it raised TypeError: ") == 1
        assert " (line 2: return Z / {})" in told
        assert told.count(": the same exception as in one_two_three") == 4

    def feedback_on(self, assigned, name, source):
        """By otter's own code, from the test in the notebook's metadata."""
        tests = nbformat.read(assigned.notebook, as_version=4).metadata["otter"]["tests"]
        env = {}
        exec(source, env)  # noqa: S102  # the tests' own source
        test = ExceptionTestFile.from_metadata(tests[name], "x.ipynb")
        test.run(env)
        return test.summary()

    @pytest.mark.parametrize("folder", ["solutions", "tests/courses/attention"])
    def test_it_decides_as_the_engine_does(self, folder, monkeypatch):
        """Every alternative and mistake of a course, by the source in the notebook."""
        course = course_of(ROOT / folder)
        monkeypatch.setitem(sys.modules, "grader.notebook", None)
        plan = plan_of(course, hidden=False)
        judge = Judge(plan)
        planned = {f.name: (e, f) for e in plan.exercises for f in e.functions}
        tests = {}
        for name, (_exercise, function) in planned.items():
            namespace = {}
            exec(source_of_test(function, ()), namespace)  # noqa: S102  # our own source
            tests[name] = namespace[f"test_{name}"]
        differing = []
        for variant, answer in variants_of(course):
            exercise, function = planned[variant.function]
            outcomes = [outcome_of(answer, call) for call in function.calls]
            passes = judge.judged(exercise, function, outcomes).verdict == "passed"
            try:
                tests[variant.function]({variant.function: answer})
                accepted = True
            except Exception:  # noqa: BLE001  # whatever says no
                accepted = False
            if accepted != passes:
                differing.append(variant.name)
        assert differing == []


def variants_of(course):
    for exercise in course.exercises:
        for kind in ("alternatives.py", "mistakes.py"):
            namespace = {"__name__": exercise.slug}
            source = (exercise.folder / kind).read_text(encoding="utf-8")
            exec(compile(source, kind, "exec"), namespace)  # noqa: S102  # the course's own
            for variant in variants_in(exercise, kind):
                yield variant, namespace[variant.name]


def outcome_of(function, call):
    try:
        with np.errstate(all="ignore"):
            value, changed = answer_of(function, call.args, call.kwargs)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer
        return Raised(wire.error_of(error, ()))
    return Returned(value, changed)


CHEATS = {
    "patched_allclose": "import numpy as np\nnp.allclose = lambda *a, **k: True\n"
    "np.testing.assert_allclose = lambda *a, **k: None\n" + WRONG,
    "equal_to_all": "import numpy as np\nclass A(np.ndarray):\n"
    "    def __array_function__(self, *a, **k): return True\n"
    "    def __eq__(self, other): return True\n    def __sub__(self, other): return 0.0\n"
    "def softmax(Z):\n    return np.full(Z.shape, 0.5).view(A)\n",
    "patched_otter": "try:\n    import otter.test_files.ok_test as t\n"
    "    t.run_doctest = lambda *a, **k: (True, '')\n"
    "    import otter.test_files.exception_test as e\n"
    "    e.test_case.call_func = lambda *a, **k: None\nexcept Exception:\n    pass\n" + WRONG,
    "rewritten_tests": "import glob\ntry:\n    for p in glob.glob('tests/*.py'):\n"
    "        open(p, 'w').write('OK_FORMAT = False\\nname = \"softmax\"\\npoints = 200\\n')\n"
    "except Exception:\n    pass\n" + WRONG,
    "frames": "import sys\ndef softmax(Z):\n    f = sys._getframe()\n    while f:\n"
    "        f.f_locals.get('results'), f.f_globals.update(score=12)\n        f = f.f_back\n"
    "    return Z * 0 + 0.5\n",
    "own_results": "import json\ntry:\n    for p in ('results.json', '../results/results.json'):\n"
    "        json.dump({'score': 200, 'tests': []}, open(p, 'w'))\nexcept Exception:\n    pass\n"
    + WRONG,
}  # fmt: skip


class TestOtterRun:
    @pytest.mark.parametrize("name", ["work.ipynb", "work.py"])
    def test_points_are_those_of_the_grader(self, otter_gives, points, name):
        content = notebook(HALF) if name.endswith("ipynb") else HALF
        results = otter_gives(name, content)
        assert scores(results) == points(name, content)
        assert 0 < scores(results)["softmax"] < 12
        (jacobian,) = (t for t in results["tests"] if t["name"] == "softmax_jacobian")
        assert jacobian["max_score"] == 10
        # Learners can read it on Gradescope.
        assert jacobian["visibility"] == "after_published"
        assert "You fill the diagonal" in jacobian["output"]
        assert "of 10 points: 10 × " in jacobian["output"]
        assert "points." in results["output"]

    @pytest.mark.parametrize("name", CHEATS)
    def test_a_cheat_gets_what_its_honest_part_is_worth(self, otter_gives, points, name):
        results = otter_gives("work.py", CHEATS[name])
        assert scores(results) == points("work.py", WRONG)

    def test_what_a_function_raises_is_told_with_its_call(self, otter_gives):
        source = "import numpy as np\ndef softmax(Z):\n    raise AssertionError(repr(Z))\n"
        results = otter_gives("work.ipynb", notebook(source))
        softmax = next(t for t in results["tests"] if t["name"] == "softmax")
        told = " ".join(softmax["output"].split())
        call = "softmax(np.array([[1.0], [2.0], [3.0]])): it raised AssertionError: array("
        assert call in told
        assert "line 3: raise AssertionError(repr(Z))) with Z (3, 1)" in told
        assert "other checks by the same exception: two_examples, " in told

    def test_a_log_is_not_unpickled(self, otter_gives, tmp_path):
        class Bomb:
            def __reduce__(self):
                return (os.mkdir, (str(tmp_path / "boom"),))

        pickled = pickle.dumps(Bomb())
        otter_gives("work.ipynb", notebook(SOFTMAX), beside={".OTTER_LOG": pickled})
        assert not (tmp_path / "boom").exists()

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (SOFTMAX + "while True:\n    pass\n", "did not finish within 0.3 seconds"),
            ("import os\nos._exit(3)\n" + SOFTMAX, "ended"),
            ("def softmax(Z)\n    return Z\n", "SyntaxError"),
            ("", "work.py is empty"),
        ],
        ids=["a hang", "a dead process", "a syntax error", "an empty file"],
    )
    def test_trouble_is_a_result_with_the_reason(self, otter_gives, content, reason):
        results = otter_gives("work.py", content)
        assert len(results["tests"]) == 3
        assert reason in json.dumps(results)

    def test_the_public_way_gives_the_same(self, assigned, points, tmp_path):
        sign = tmp_path / "run_by_a_kernel"
        probe = f"import os\nif 'JPY_PARENT_PID' in os.environ:\n    open({str(sign)!r}, 'w')\n"
        content = notebook(probe + HALF)
        (tmp_path / "work.ipynb").write_bytes(content)
        untested = (
            "from grader.platforms.otter import plugin; plugin.TESTED = ();"
            "from otter.cli import cli; cli()"
        )
        done = subprocess.run(
            [sys.executable, "-c", untested, "run", "-a", assigned.autograder, "work.ipynb"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        results = json.loads((tmp_path / "results.json").read_text())
        assert scores(results) == points("work.ipynb", content)
        assert not sign.exists()


class TestWhereOtterItselfFails:
    """`grader otter run`, and run_otter.py in a container."""

    def test_an_unreadable_notebook_is_reported(self, assigned, tmp_path):
        (tmp_path / "work.ipynb").touch()
        path, code = run_once(tmp_path / "work.ipynb", assigned.autograder, tmp_path / "out")
        results = json.loads(path.read_text())
        assert code == 0
        assert "work.ipynb is empty" in results["output"]
        assert len(results["tests"]) == 3

    @pytest.mark.parametrize(
        "content",
        [{"tests": {}}, {"tests": None, "OK_FORMAT": 1}, [], "a text", 7, {"tests": [[]]}],
    )
    def test_metadata_of_otter_do_not_matter(self, assigned, tmp_path, content):
        document = json.loads(notebook(SOFTMAX))
        document["metadata"]["otter"] = content
        (tmp_path / "work.ipynb").write_text(json.dumps(document))
        path, code = run_once(tmp_path / "work.ipynb", assigned.autograder, tmp_path / "out")
        assert code == 0
        assert scores(json.loads(path.read_text()))["softmax"] == 12

    def test_a_link_named_as_the_tests_does_not_matter(self, assigned, tmp_path):
        folder = tmp_path / "work"
        folder.mkdir()
        (folder / "ex01_softmax.py").write_text(SOFTMAX)
        (folder / "tests").symlink_to(tmp_path)
        path, code = run_once(folder, assigned.autograder, tmp_path / "out")
        assert code == 0
        assert scores(json.loads(path.read_text()))["softmax"] == 12

    def test_several_files_are_one_submission(self, assigned, tmp_path):
        folder = tmp_path / "work"
        folder.mkdir()
        (folder / "ex01_softmax.py").write_text(SOFTMAX)
        (folder / "ex02_jacobian.py").write_text(HALF)
        path, _code = run_once(folder, assigned.autograder, tmp_path / "out")
        found = scores(json.loads(path.read_text()))
        assert found["softmax"] == 12

    def test_a_container_as_otter_grade_lays_it_out(self, assigned, tmp_path):
        root = tmp_path / "autograder"
        (root / "submission").mkdir(parents=True)
        (root / "submission" / "work.py").write_text(SOFTMAX)
        # Its image leaves this file empty.
        (root / "submission_metadata.json").touch()
        with zipfile.ZipFile(assigned.autograder) as archive:
            archive.extractall(root / "source")
        done = subprocess.run(
            [sys.executable, root / "source" / "run_otter.py"],
            cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        results = json.loads((root / "results" / "results.json").read_text())
        assert scores(results)["softmax"] == 12

    def test_setup_finds_the_wheel_before_other_files_are_there(self, assigned, tmp_path):
        """Otter's image runs setup.sh when only what it names has been copied."""
        source = tmp_path / "autograder" / "source"
        source.mkdir(parents=True)
        with zipfile.ZipFile(assigned.autograder) as archive:
            for name in archive.namelist():
                if name == "setup.sh" or name.startswith(("environment.yml", "requirements.")):
                    archive.extract(name, source)
        script = (source / "setup.sh").read_text()
        added = script[script.index("# The grader itself") :]
        tools = tmp_path / "bin"
        tools.mkdir()
        pip = f"{sys.executable} -m pip install -q --no-deps --target {tmp_path / 'site'}"
        (tools / "mamba").write_text(f'#!/bin/sh\nexec {pip} "$6"\n')
        (tools / "apt-get").write_text("#!/bin/sh\nexit 1\n")
        for tool in tools.iterdir():
            tool.chmod(0o755)
        added = added.replace("/autograder", str(tmp_path / "autograder"))
        done = subprocess.run(
            ["bash", "-e", "-c", added],
            env={"PATH": f"{tools}:/usr/bin:/bin"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "site" / "grader" / "platforms" / "otter" / "plugin.py").exists()


class TestConfig:
    def test_what_otter_would_ignore_is_refused(self):
        with pytest.raises(UsageError, match="did you mean score_threshold"):
            check_otter_config({"threshold": 0.5})

    def test_grading_from_a_log_is_refused(self):
        with pytest.raises(UsageError, match="grade_from_log cannot be used"):
            check_otter_config({"grade_from_log": True})

    def test_a_changed_autograder_grades_nothing_and_says_why(self, assigned, tmp_path):
        changed = tmp_path / "autograder.zip"
        with zipfile.ZipFile(assigned.autograder) as old, zipfile.ZipFile(changed, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "otter_config.json":
                    data = json.dumps(json.loads(data) | {"show_hiden": True}).encode()
                new.writestr(name, data)
        (tmp_path / "work.py").write_text(SOFTMAX)
        path, _code = run_once(tmp_path / "work.py", changed, tmp_path)
        results = json.loads(Path(path).read_text())
        assert "did you mean show_hidden?" in results["output"]
        assert results["tests"][0]["name"] == "not graded"
