"""`grader site build`: what the folder holds, and what is refused."""

import json
import sys
import zipfile

import nbformat
import pytest

from tests.support import documents
from tests.support.submissions import SOFTMAX

REPOSITORY = "https://github.com/Ada/course"


@pytest.fixture(scope="module")
def site(run, tmp_path_factory):
    """A site of a small course, made with the JupyterLite that is installed."""
    folder = tmp_path_factory.mktemp("site")
    course = documents.write_toy(folder)
    done = run("site", "build", "--course", course, "--out", folder / "site", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "python -m http.server --directory" in done.stdout
    return folder / "site"


def checks_cell(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    last = [c.source for c in notebook.cells if c.cell_type == "code"][-1]
    assert last == "from grader.notebook import check\n\ncheck.all()"
    return next(c.source for c in notebook.cells if "grader.notebook" in c.source)


def test_a_site_holds_notebooks_without_solutions_and_the_grader_with_its_checks(site):
    (path,) = (site / "files").iterdir()
    cell = checks_cell(path)
    assert cell.startswith("%pip install -q softmax-grader\nfrom grader.notebook import check")
    text = path.read_text(encoding="utf-8")
    assert "NotImplementedError" in text
    assert "!grader" not in text
    listed = json.loads((site / "api" / "contents" / "all.json").read_text())["content"]
    assert [entry["path"] for entry in listed] == [path.name]
    (wheel,) = (site / "pypi").glob("softmax_grader-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        plan = json.loads(archive.read("grader/exercises/checks.json"))
    assert plan["exercises"][0]["slug"] == path.stem
    assert not [name for name in names if "solutions" in name or "reference.py" in name]
    assert [p.name for p in (site / "pypi").glob("comm-*.whl")], "the kernel needs it"


def test_a_site_takes_less_than_25_megabytes(site):
    assert sum(p.stat().st_size for p in site.rglob("*") if p.is_file()) < 25e6


def test_no_package_comes_from_elsewhere_and_no_other_extension_is_in_the_site(site):
    data = json.loads((site / "jupyter-lite.json").read_text())["jupyter-config-data"]
    (settings,) = data["litePluginSettings"].values()
    assert settings["disablePyPIFallback"] is True
    assert all(url.startswith("./") for url in settings["pipliteUrls"])
    names = [extension["name"] for extension in data["federated_extensions"]]
    assert names == ["@jupyterlite/pyodide-kernel-extension"]


def test_the_policy_allows_the_site_and_pyodides_host_alone(site):
    text = (site / "_headers").read_text()
    assert "default-src 'none'" in text
    hosts = {word for word in text.split() if "://" in word}
    assert {host.rstrip(";") for host in hosts} == {"https://cdn.jsdelivr.net"}
    assert "script-src 'self' 'unsafe-inline'" not in text


def test_without_a_repository_there_are_no_links_elsewhere(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "https://" not in page
    assert not (site / "lms.html").exists()
    assert not (site / ".devcontainer").exists()


@pytest.fixture(scope="module")
def linked(run, site):
    """The same site, written over: with links and a copy of Pyodide."""
    pyodide = site.parent / "pyodide"
    pyodide.mkdir()
    for name in ("pyodide.mjs", "pyodide-lock.json"):
        (pyodide / name).write_text("{}")
    course = ("--course", site.parent / "mycourse", "--repository", REPOSITORY)
    done = run("site", "build", *course, "--pyodide", pyodide, "--out", site)
    assert done.returncode == 0, done.stderr
    return site


def test_with_a_copy_of_pyodide_nothing_comes_from_elsewhere(linked):
    assert (linked / "static" / "pyodide" / "pyodide.mjs").exists()
    data = json.loads((linked / "jupyter-lite.json").read_text())["jupyter-config-data"]
    (settings,) = data["litePluginSettings"].values()
    assert settings["pyodideUrl"] == "./static/pyodide/pyodide.mjs"
    assert "://" not in (linked / "_headers").read_text()


def test_a_repository_adds_links_to_other_places(linked):
    site = linked
    (path,) = (site / "colab").iterdir()
    wheel = next((site / "pypi").glob("softmax_grader-*.whl")).name
    raw = f"https://raw.githubusercontent.com/Ada/course/main/pypi/{wheel}"
    assert checks_cell(path).startswith(f"%pip install -q {raw}\n")
    page = (site / "index.html").read_text(encoding="utf-8")
    colab = "https://colab.research.google.com/github/Ada/course/blob/main/colab"
    assert f'href="{colab}/{path.name}"' in page
    assert 'href="https://codespaces.new/Ada/course"' in page
    machine = json.loads((site / ".devcontainer" / "devcontainer.json").read_text())
    assert machine["postCreateCommand"] == f"pip install ipykernel pypi/{wheel}"
    fragment = (site / "lms.html").read_text(encoding="utf-8")
    address = "https://ada.github.io/course/"
    assert f'href="{address}notebooks/index.html?path={path.name}"' in fragment


@pytest.mark.parametrize(
    ("options", "address"),
    [
        (("--repository", "ada/ada.github.io"), "https://ada.github.io/notebooks/"),
        (("--address", "https://example.org/softmax"), "https://example.org/softmax/notebooks/"),
    ],
)
def test_the_address_of_a_site(options, address):
    from grader.platforms.site.pages import Links

    names = {"--repository": None, "--address": None} | {options[0]: options[1]}
    links = Links.of(names["--repository"], names["--address"])
    assert f"{links.address}notebooks/" == address


@pytest.fixture
def refused(run, tmp_path):
    """What is said of a site that is not built."""
    course = documents.write_toy(tmp_path)

    def told(*options):
        done = run("site", "build", "--course", course, *options, cwd=tmp_path)
        assert done.returncode == 2
        return done.stderr

    return told


def test_a_folder_with_other_files_is_not_written_to(refused, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "main.tex").write_text("x")
    assert "thesis holds other files; name a new folder" in refused("--out", tmp_path / "thesis")
    assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["main.tex"]
    assert "holds other files" in refused("--out", tmp_path / "thesis" / "main.tex")


def test_what_is_no_pyodide_no_wheels_no_address_and_no_repository_is_refused(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "it has no pyodide-lock.json" in refused("--pyodide", tmp_path / "empty")
    assert "has no .whl files" in refused("--wheels", tmp_path / "empty")
    assert "'example.org' is not an address" in refused("--address", "example.org")
    assert "is not a repository on GitHub" in refused("--repository", "https://gitlab.com/a/b")


def test_a_folder_that_cannot_be_written_is_told(refused, tmp_path):
    (tmp_path / "file").write_text("x")
    assert "cannot write to" in refused("--out", tmp_path / "file" / "site")


def test_without_jupyterlite_the_extra_is_named(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlite_core", None)
    assert "pip install 'softmax-grader[site]'" in refused()


def test_a_jupyterlite_without_its_kernel_is_told(refused, monkeypatch):
    from jupyter_core import paths

    monkeypatch.setattr(paths, "jupyter_path", lambda *_names: ["/nowhere"])
    assert "pip install 'softmax-grader[site]'" in refused()


def test_what_jupyterlite_says_is_handed_on(refused, monkeypatch):
    monkeypatch.setenv("JUPYTERLITE_APP_ARCHIVE", "/nowhere.tgz")
    assert "JupyterLite could not build the site" in refused()


def test_a_notebook_of_the_site_is_graded_like_any_other(course, grade):
    from grader.course.notebooks import IMPORT, Place, notebook

    name, place = "ex01_softmax.ipynb", Place(f"%pip install -q softmax-grader\n{IMPORT}")
    document = nbformat.reads(notebook(course.exercises[0], place), as_version=4)
    for cell in document.cells:
        if "raise NotImplementedError" in cell.source:
            cell.source = SOFTMAX
    result = grade({name: nbformat.writes(document)})
    assert result.notes == ()
    assert result.functions[0].score == result.functions[0].max_score
