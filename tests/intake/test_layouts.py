"""A class is recognised by how its files are named, or refused with what to say."""

import zipfile

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.cli.classes import SOURCES
from grader.intake.layouts import layout_of
from grader.intake.recognise import PLATFORMS, class_at
from grader.intake.submission import collect
from tests.support.course import ROOT
from tests.support.refusals import told

ORDER = ("ex01_softmax", "ex02_jacobian")
ONE, TWO = "ex01_softmax.py", "ex02_jacobian.py"
# For each system: the paths of what Ada and Béla handed in, their ids, and the names that are read.
# Ada's first attempt is older, wherever a download has several.
LAYOUTS = {
    "blackboard": (
        [
            f"Softmax_ada_attempt_2026-02-01-09-00-00_{ONE}",
            f"Softmax_ada_attempt_2026-02-01-12-34-50_{ONE}",
            f"Softmax_ada_attempt_2026-02-01-12-34-50_{TWO}",
            "Softmax_ada_attempt_2026-02-01-12-34-50.txt",
            f"Softmax_bela_attempt_2026-02-01-12-34-51_{ONE}",
        ],
        {"ada": "", "bela": ""},
    ),
    "brightspace": (
        [
            "index.html",
            f"1000-550 - Ada Lovelace - Jan 30, 2026 904 PM/{ONE}",
            f"1000-551 - Ada Lovelace - Feb 1, 2026 1234 AM/{ONE}",
            f"1000-551 - Ada Lovelace - Feb 1, 2026 1234 AM/{TWO}",
            f"1001-552 - Béla Bartók - Feb 2, 2026 1234 PM/{ONE}",
        ],
        {"Ada Lovelace": "Ada Lovelace", "Béla Bartók": "Béla Bartók"},
    ),
    "sakai": (
        [
            "grades.csv",
            "Lovelace, Ada(ada)/timestamp.txt",
            f"Lovelace, Ada(ada)/Submission attachment(s)/{ONE}",
            f"Lovelace, Ada(ada)/Submission attachment(s)/{TWO}",
            f"Bartók, Béla(bela)/Submission attachment(s)/{ONE}",
        ],
        {"ada": "Ada Lovelace", "bela": "Béla Bartók"},
    ),
    "autolab": (
        [
            f"ada@x.org_9_{ONE}",
            f"ada@x.org_10_{ONE}",
            f"ada@x.org_10_{TWO}",
            f"bela@x.org_3_{ONE}",
        ],
        {"ada@x.org": "", "bela@x.org": ""},
    ),
    "vpl": (
        [
            f"Ada Lovelace 1200 ada/2026-01-01-09-00-00/{ONE}",
            f"Ada Lovelace 1200 ada/2026-01-01-12-30-00/{ONE}",
            f"Ada Lovelace 1200 ada/2026-01-01-12-30-00/{TWO}",
            "Ada Lovelace 1200 ada/2026-01-01-12-30-00.ceg/execution.txt",
            f"Béla Bartók 1201 bela/2026-01-02-12-30-00/{ONE}",
        ],
        {"ada": "Ada Lovelace", "bela": "Béla Bartók"},
    ),
    "github": (
        [
            f"softmax-submissions/softmax-ada/{ONE}",
            f"softmax-submissions/softmax-ada/{TWO}",
            "softmax-submissions/softmax-ada/README.md",
            "softmax-submissions/softmax-ada/.github/classroom/x.py",
            f"softmax-submissions/softmax-bela/{ONE}",
        ],
        {"ada": "", "bela": ""},
    ),
    "nbgrader": (
        [
            f"ada+ps1+2026-02-01 09:00:00 UTC/{ONE}",
            f"ada+ps1+2026-02-01 12:34:50.123456 UTC+xYz/{ONE}",
            f"ada+ps1+2026-02-01 12:34:50.123456 UTC+xYz/{TWO}",
            f"bela+ps1+2026-02-01 12:34:51.000000 UTC+abc/{ONE}",
        ],
        {"ada": "", "bela": ""},
    ),
    "teams": (
        [
            f"Ada Lovelace/Softmax/Version 1/{ONE}",
            f"Ada Lovelace/Softmax/Version 2/{ONE}",
            f"Ada Lovelace/Softmax/Version 2/{TWO}",
            f"Béla Bartók/Softmax/Version 1/{ONE}",
        ],
        {"Ada Lovelace": "Ada Lovelace", "Béla Bartók": "Béla Bartók"},
    ),
    "ilias": (
        [
            f"Lovelace_Ada_ada_1200/20260201123450_{ONE}",
            f"Lovelace_Ada_ada_1200/20260201123450_{TWO}",
            f"Bartók_Béla_bela_1201/20260201123451_{ONE}",
        ],
        {"ada": "Ada Lovelace", "bela": "Béla Bartók"},
    ),
    "submitty": (
        [f"ada/2/{ONE}", f"ada/10/{ONE}", f"ada/10/{TWO}", f"bela/1/{ONE}"],
        {"ada": "", "bela": ""},
    ),
    "drive": (
        [f"Ada Lovelace - {ONE}", f"Ada Lovelace - {TWO}", f"Béla Bartók - {ONE}"],
        {"Ada Lovelace": "Ada Lovelace", "Béla Bartók": "Béla Bartók"},
    ),
}


def write(root, paths, form):
    """Write the files as a folder, or as the zip that the system offers."""
    for path in paths:
        (root / "class" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "class" / path).write_text(f"# {path}", encoding="utf-8")
    if form == "folder":
        return root / "class"
    with zipfile.ZipFile(root / "class.zip", "w") as archive:
        for path in paths:
            archive.write(root / "class" / path, path)
    return root / "class.zip"


def files_of(entry):
    """The names that an entry's files are read under."""
    names = []
    for part in entry.parts:
        members = getattr(part, "members", None)
        names += [part.name] if members is None else [member.name for member in members]
    return sorted(names)


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("system", LAYOUTS)
def test_the_newest_attempt_of_everybody_is_found(tmp_path, system, form):
    paths, people = LAYOUTS[system]
    source = "submitty" if system == "submitty" else "auto"
    found = class_at(write(tmp_path, paths, form), order=ORDER, source=source)
    assert {entry.student: entry.person.name for entry in found.entries} == people
    ada, bela = found.entries
    assert (files_of(ada), files_of(bela)) == ([ONE, TWO], [ONE])
    older = [path for path in paths if path.endswith(".py") and "/x.py" not in path]
    assert (ada.notes != ()) == (len(older) == 4)
    assert PLATFORMS[system].title in found.summary


def test_every_system_can_be_named(tmp_path):
    assert set(SOURCES) == {"auto", "plain", *PLATFORMS}
    path = write(tmp_path, ["ada.py"], "folder")
    message = told(class_at, path, order=ORDER, source="vpl")
    assert "is not a VPL download: looked for folders named like Ada Lovelace 1200 ada/" in message
    message = told(class_at, path / "ada.py", order=ORDER, source="vpl")
    assert "found one file" in message


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_learner_s_own_numbers_are_no_attempts(tmp_path, form):
    """As in Submitty's downloads; only the teacher can say so."""
    paths = [f"ada/1/{ONE}", f"ada/2/{TWO}", f"bela/1/{ONE}", f"bela/2/{TWO}"]
    found = class_at(write(tmp_path, paths, form), order=ORDER)
    assert [entry.student for entry in found.entries] == ["ada", "bela"]
    assert [entry.notes for entry in found.entries] == [(), ()]


def test_what_is_named_otherwise_is_told(tmp_path):
    path = write(tmp_path, [*LAYOUTS["vpl"][0], "solution.py", "~/x.txt"], "folder")
    found = class_at(path, order=ORDER)
    assert found.remarks == ["not named as in a VPL download, so ignored: solution.py"]


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_files_of_pairs_are_not_as_many_learners_nor_one(tmp_path, form):
    paths = [f"ada_{ONE}", f"ada_{TWO}", f"bela_{ONE}"]
    path = write(tmp_path, paths, form)
    message = told(class_at, path, order=ORDER)
    assert f"{path} has files named ada_… for several exercises, as if for 2 learners" in message
    assert "--names '(?P<student>.+)[ _-]+(?P<file>ex.+)'" in message
    layout = layout_of("(?P<student>.+)[ _-]+(?P<file>ex.+)")
    found = class_at(path, order=ORDER, source=layout)
    assert {e.student: files_of(e) for e in found.entries} == {"ada": [ONE, TWO], "bela": [ONE]}


def test_an_archive_of_archives_may_be_a_class(tmp_path):
    path = write(tmp_path, ["ada.zip", "bela.zip"], "zip")
    message = told(class_at, path, order=ORDER)
    assert f"{path} holds archives; if each is a learner's, say --from plain" in message
    found = class_at(path, order=ORDER, source="plain")
    assert [entry.student for entry in found.entries] == ["ada", "bela"]


def test_one_learner_s_file_names_are_their_own(tmp_path):
    path = write(tmp_path, [f"my_{ONE}", f"my_{TWO}"], "zip")
    found = class_at(path, order=ORDER)
    assert [entry.student for entry in found.entries] == ["class"]


class TestNames:
    @pytest.mark.parametrize(
        ("names", "message"),
        [
            ("(", "missing ), unterminated subpattern"),
            ("(?P<who>.+)", "there is no group 'who'"),
            ("(?P<file>.+)", "no group says whose a file is"),
        ],
    )
    def test_a_pattern_that_says_nothing_is_refused(self, names, message):
        said = told(layout_of, names)
        assert message in said
        assert "its named groups are student, name, first, last, email, time, attempt, file" in said

    def test_a_folder_that_becomes_a_link_is_not_followed(self, tmp_path):
        """By whoever may write into it, between the listing and the reading."""
        path = write(tmp_path, [f"ada/2/{ONE}", f"bela/1/{ONE}"], "folder")
        layout = layout_of("(?P<student>[^/]+)/(?P<attempt>[^/]+)/(?P<file>.+)")
        ada = class_at(path, order=ORDER, source=layout).entries[0]
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / ONE).write_text("secret")
        (path / "ada" / "2").rename(tmp_path / "moved")
        (path / "ada" / "2").symlink_to(tmp_path / "elsewhere")
        collected = collect(ada.parts)
        assert collected.files == {}
        assert "ex01_softmax.py cannot be read: Not a directory" in collected.notes[0]

    def test_links_are_not_followed(self, tmp_path):
        path = write(tmp_path, [f"b/2/{ONE}"], "folder")
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / ONE).touch()
        (path / "b" / "3").symlink_to(tmp_path / "elsewhere")
        layout = layout_of("(?P<student>[^/]+)/(?P<attempt>[^/]+)/(?P<file>.+)")
        (entry,) = class_at(path, order=ORDER, source=layout).entries
        assert str(entry.parts[0].path).endswith(f"b/2/{ONE}")


class TestClassCommand:
    def class_command(self, *arguments):
        course = ("--course", ROOT / "solutions")
        done = CliRunner().invoke(main, [str(a) for a in ("class", *arguments, *course)])
        return done.exit_code, done.stdout, done.stderr

    def test_it_shows_who_is_seen_with_which_files(self, tmp_path):
        path = write(tmp_path, LAYOUTS["vpl"][0], "zip")
        roster = tmp_path / "roster.csv"
        roster.write_text("id,name,email\nada,,ada@x.org\ncarl,Carl Gauß,\n", encoding="utf-8")
        code, out, err = self.class_command(path, "--roster", roster)
        assert code == 0
        assert out == (
            "ada (Ada Lovelace, ada@x.org)\n"
            "  ex01_softmax.py, ex02_jacobian.py\n"
            "  handed in again: 1 older file ignored\n"
            "bela (Béla Bartók)\n"
            "  ex01_softmax.py\n"
            "carl (Carl Gauß): handed in nothing\n"
            "2 submissions\n"
        )
        assert "VPL download: 2 learners, 1 older file ignored" in err

    def test_it_tries_a_pattern(self, tmp_path):
        paths = [f"{name}-{number}.py" for name in ("ada", "bela") for number in range(8)]
        path = write(tmp_path, [*paths, "x.txt"], "folder")
        pattern = r"(?P<student>\w+)-(?P<file>.+)"
        code, out, _err = self.class_command(path, "--names", pattern)
        assert (code, out.splitlines()[0]) == (0, "ada")
        assert "0.py, 1.py, 2.py, 3.py, 4.py, 5.py, and 2 more" in out
        code, _out, err = self.class_command(path, "--names", pattern, "--from", "vpl")
        assert (code, "leave out --from" in err) == (2, True)
        code, _out, err = self.class_command(path, "--names", "(?P<student>x)")
        assert code == 2
        assert "looked for files whose path fits (?P<student>x), found ada-0.py" in err

    def test_it_shows_what_is_in_a_folder(self, tmp_path):
        path = write(tmp_path, [f"ada/{TWO}", f"ada/inner/{ONE}", f"bela/{ONE}"], "folder")
        code, out, _err = self.class_command(path)
        expected = f"ada\n  {ONE}, {TWO}\nbela\n  {ONE}\n2 submissions\n"
        assert (code, out) == (0, expected)

    def test_a_file_is_a_file(self, tmp_path):
        path = write(tmp_path, [ONE], "folder") / ONE
        code, out, _err = self.class_command(path)
        assert (code, out) == (0, "ex01_softmax\n  ex01_softmax.py\n1 submission\n")
