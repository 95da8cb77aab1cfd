"""A learner of another course: its own checks, files and notebooks, and nothing of ours."""

import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from grader.course.folder import course_of
from grader.course.handout import built_files, write_files
from grader.course.notebooks import notebook
from tests.support.course import ROOT

ATTENTION = ROOT / "tests" / "courses" / "attention"


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """The folder that learners of the second course get."""
    folder = tmp_path_factory.mktemp("handed out")
    write_files(built_files(course_of(ATTENTION)), folder)
    return folder


@pytest.fixture
def work(run, handed_out, tmp_path):
    done = run("start", "work", "--course", handed_out, "--form", "py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path / "work"


def test_start_copies_the_exercises_of_the_course_that_is_named(work, handed_out):
    names = {"README.md", "checks.json", "ex01_layer_norm.py", "ex02_attention.py"}
    assert {path.name for path in work.iterdir() if path.is_file()} == names
    for name in names:
        assert (work / name).read_bytes() == (handed_out / name).read_bytes()


def test_its_readme_and_notebooks_name_its_own_functions(handed_out):
    for name in ("README.md", "ex01_layer_norm.ipynb", "ex02_attention.ipynb"):
        text = (handed_out / name).read_text(encoding="utf-8").casefold()
        assert "softmax" not in text.replace("softmax-grader", "").replace("softmax_grader", "")
    text = (handed_out / "README.md").read_text(encoding="utf-8")
    assert "`check(token_ids)`" in text
    assert "grader check ex01_layer_norm" in text


def test_a_reset_puts_back_what_that_course_handed_out(run, work, handed_out):
    (work / "ex01_layer_norm.py").write_text("token_ids = 3\n")
    done = run("reset", "ex01_layer_norm", cwd=work)
    assert done.returncode == 0, done.stderr
    template = (handed_out / "ex01_layer_norm.py").read_bytes()
    assert (work / "ex01_layer_norm.py").read_bytes() == template
    assert run("reset", "ex01_layer_norm", "--undo", cwd=work).returncode == 0
    assert (work / "ex01_layer_norm.py").read_text() == "token_ids = 3\n"


def test_a_reset_without_a_copy_of_that_course_says_so(run, work):
    shutil.rmtree(work / ".grader-kept")
    (work / "ex01_layer_norm.py").write_text("token_ids = 3\n")
    done = run("reset", "ex01_layer_norm", cwd=work)
    assert done.returncode == 2
    assert "is not kept here; get it from your course again" in done.stderr
    assert (work / "ex01_layer_norm.py").read_text() == "token_ids = 3\n"


@pytest.mark.parametrize(
    ("folder", "words"),
    [(ATTENTION, "learners get the folder that `grader build` makes"), (ROOT, "no checks.json")],
)
def test_what_is_no_folder_of_exercises_is_refused(run, tmp_path, folder, words):
    done = run("start", "work", "--course", folder, cwd=tmp_path)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("name", ["ex01_layer_norm.py", "ex01_layer_norm.ipynb", "mine.py"])
def test_a_file_of_another_course_is_not_checked_by_the_checks_that_came_with_the_grader(
    run, handed_out, tmp_path, name
):
    source = name if name != "mine.py" else "ex01_layer_norm.py"
    shutil.copy(handed_out / source, tmp_path / name)
    if name.endswith(".py"):
        with (tmp_path / name).open("a") as file:
            file.write("\n\ndef softmax(Z):\n    return Z\n")
    done = run("check", name, cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no checks.json beside it" in " ".join(done.stderr.split())


def test_a_file_that_only_its_name_gives_away_is_not_checked_either(run, tmp_path):
    (tmp_path / "ex03_mlp.py").write_text("def forward(X):\n    return X\n")
    done = run("check", "ex03_mlp.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no checks.json beside it" in " ".join(done.stderr.split())


def test_a_solved_exercise_passes_and_a_slip_is_named(run, work):
    reference = (ATTENTION / "ex01_layer_norm" / "reference.py").read_text(encoding="utf-8")
    (work / "ex01_layer_norm.py").write_text(reference)
    done = run("check", "ex01_layer_norm", cwd=work)
    assert done.returncode == 0, done.stdout
    (work / "ex01_layer_norm.py").write_text(reference.replace("text.lower()", "text"))
    done = run("check", "ex01_layer_norm", cwd=work)
    assert done.returncode == 1
    assert 'You take "The" and "the" for two different words.' in done.stdout


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    """The solved notebooks of the second course, in the current folder, with its checks."""
    course = course_of(ATTENTION)
    for exercise in course.exercises:
        (tmp_path / f"{exercise.slug}.ipynb").write_text(notebook(exercise, solved=True))
    (tmp_path / "checks.json").write_text(built_files(course)["checks.json"])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("slug", ["ex01_layer_norm", "ex02_attention"])
def test_a_solved_notebook_runs_and_imports_from_the_other(notebooks, slug):
    document = nbformat.read(notebooks / f"{slug}.ipynb", as_version=4)
    NotebookClient(document, timeout=60, kernel_name="python3").execute()
    shown = [o["data"]["text/plain"] for c in document.cells for o in c.get("outputs", ())]
    assert "✗" not in "".join(shown)
    assert "✓" in shown[-1]


def test_a_notebook_that_is_imported_runs_only_what_it_defines(notebooks):
    path = notebooks / "ex01_layer_norm.ipynb"
    document = nbformat.read(path, as_version=4)
    cells = ["%matplotlib inline\nTWO = 2", "1 / 0", "open('ran', 'w')", "BAD = 1 / 0", "def (:"]
    document.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(document, path)
    code = (
        "import grader.notebook\nimport ex01_layer_norm as one\n"
        "print(one.TWO, one.layer_norm.__name__, hasattr(one, 'BAD'), hasattr(one, 'check'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "2 layer_norm False True\n", done.stderr
    assert not (notebooks / "ran").exists()


@pytest.mark.parametrize(
    ("code", "error"),
    [("import ex09", "No module named 'ex09'"), ("import empty", "empty.ipynb is empty")],
)
def test_what_cannot_be_imported_is_an_import_error(notebooks, code, error):
    (notebooks / "empty.ipynb").write_text("")
    command = [sys.executable, "-c", f"import grader.notebook\n{code}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert error in done.stderr
