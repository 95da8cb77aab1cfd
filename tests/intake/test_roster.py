"""A roster names people, shows who handed in nothing, and is never matched by a guess."""

import pytest

from grader.errors import UsageError
from grader.intake.people import ClassSubmissions, Entry, Person
from grader.intake.roster import read_roster, with_roster


def class_of(*entries, lms=""):
    return ClassSubmissions([Entry(student, [], person) for student, person in entries], lms=lms)


PAIR = ((11, "Ada L"), (12, "Bela B"))


@pytest.fixture
def roster(tmp_path):
    def made(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode(encoding))
        return read_roster(path)

    return made


def students(submissions):
    return {entry.student: entry.person.name for entry in submissions.entries}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_lists_as_spreadsheets_write_them(roster, encoding, delimiter):
    rows = [["ID", "Name", "Email"], ["s1", "Béla Bartók", "bela@x.org"], ["", "", ""]]
    lines = roster("\r\n".join(map(delimiter.join, rows)), encoding)
    assert [(line.id, line.name, line.email) for line in lines] == [
        ("s1", "Béla Bartók", "bela@x.org")
    ]


def test_people_are_matched_by_the_most_reliable_data_first(roster):
    lines = roster(
        "id,name,email,canvas_id\n"
        "s1,Ada Lovelace,ada@x.org,11\n"
        "s2,Béla Bartók,bela@x.org,\n"
        's3,"Gauß, Carl",carl@x.org,\n'
        "s4,Dora Maar,dora@x.org,\n"
        "s5,Émilie du Châtelet,emilie@x.org,\n"
        "s6,Zoë Never,zoe@x.org,\n"
    )
    found = with_roster(
        class_of(
            ("lovelace_11", Person(lms="canvas", lms_id="11")),
            ("bela@x.org", Person()),
            ("Carl Gauß", Person()),
            ("s4", Person()),
            ("x_15", Person(lms="canvas", lms_id="15", sortable="duchâteletémilie")),
            lms="canvas",
        ),
        lines,
    )  # fmt: skip
    assert students(found) == {
        "s1": "Ada Lovelace",
        "s2": "Béla Bartók",
        "s3": "Gauß, Carl",
        "s4": "Dora Maar",
        "x_15": "",
    }
    # Where a name's parts end cannot be told from the words: not guessed.
    assert found.remarks == ["x_15 is graded under that name: it matches no row of the roster"]
    assert [student_id for student_id, _person in found.absent] == ["s5", "s6"]


def test_two_that_fit_are_reported_and_keep_their_names(roster):
    lines = roster("id,name\ns1,Ada L\ns2,Ada L\ns3,Bela B\n")
    found = with_roster(
        class_of(("Ada L", Person()), ("Bela B", Person()), ("bela b", Person())), lines
    )
    assert set(students(found)) == {"Ada L", "Bela B", "bela b"}
    assert "2 rows of the roster and 1 submissions have the name 'ada l'" in found.remarks[0]
    assert "1 rows of the roster and 2 submissions have the name 'bela b'" in found.remarks[1]


def test_a_name_that_is_somebody_else_s_id_stays_apart(roster):
    lines = roster("id,name,moodle_id\nada,Bela B,7\n")
    found = with_roster(
        class_of(("ada", Person(name="Ada L", lms="moodle", lms_id="8")),
                 ("Bela B", Person(name="Bela B", lms="moodle", lms_id="7")), lms="moodle"),
        lines,
    )  # fmt: skip
    assert students(found) == {"ada": "Bela B", "ada'": "Ada L"}


def test_a_group_s_work_is_everybody_s(roster):
    lines = roster("id,name,group\ns1,Ada L,Red team\ns2,Bela B,Red team\ns3,Carl C,Blue\n")
    person = Person(name="Red team", lms="moodle", lms_id="5")
    found = with_roster(class_of(("Red team", person), lms="moodle"), lines)
    assert students(found) == {"s1": "Ada L", "s2": "Bela B"}
    assert {entry.person.group for entry in found.entries} == {"Red team"}
    assert [student_id for student_id, _person in found.absent] == ["s3"]


def test_a_group_s_number_is_none_of_its_people_s(roster):
    """Canvas names a group's files for the group, with the id of one member."""
    lines = roster("id,name,group,canvas_id\ns1,Ada L,Team Red,\ns2,Bela B,Team Red,12\n")
    person = Person(lms="canvas", lms_id="12", sortable="teamred")
    found = with_roster(class_of(("teamred_12", person), lms="canvas"), lines)
    assert {e.student: e.person.lms_id for e in found.entries} == {"s1": "", "s2": "12"}


def test_a_group_s_name_is_found_as_moodle_writes_it(roster):
    lines = roster("id,name,group\ns1,Ada L,R&D 1/2\ns2,Bela B,A/1\ns3,Carl C,A1\n")
    entries = [(name, Person(name=name, lms="moodle")) for name in ("Ramp;D 12", "A1")]
    found = with_roster(class_of(*entries, lms="moodle"), lines)
    assert students(found) == {"s1": "Ada L", "A1": "A1"}
    assert "A1 may be any of these groups: A/1, A1" in found.remarks


def test_a_number_whose_row_has_another_name_is_left_out(roster):
    lines = roster("id,name,moodle_id\ns1,Ada L,7\n")
    found = with_roster(
        class_of(("Red", Person(name="Red", lms="moodle", lms_id="7")), lms="moodle"), lines
    )
    assert students(found) == {"Red": "Red"}
    assert found.remarks == [
        "Red is graded under that name: the row of the roster with its LMS id has the name Ada L"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; save or export it again"),
        ("id,name\n", "names nobody"),
        ("who,what\na,b\n", "line 1: there is no column called id or name"),
        ("id,name\ns1,Ada\ns1,Bela\n", "line 3: 's1' is on line 2 too"),
        ("id,name\ns1\n", "line 2: it has 1 cells and the first row 2"),
        ("id,id\ns1,s2\n", "line 1: two columns are called 'id'"),
        ("id,name\n,\n,x\n", None),
        ('id,name\n"s1,Ada\n', "line 2: "),
    ],
)
def test_an_error_is_reported_with_its_line(roster, text, message):
    if message is None:
        assert [line.id for line in roster(text)] == ["x"]
        return
    with pytest.raises(UsageError, match=message):
        roster(text)


def test_another_encoding_is_reported(tmp_path):
    (tmp_path / "roster.csv").write_bytes("id,name\ns1,Béla\n".encode("latin-1"))
    with pytest.raises(UsageError, match="line 2: it is not UTF-8; save it as CSV UTF-8"):
        read_roster(tmp_path / "roster.csv")


class TestMoodlesWorksheet:
    """A roster that a teacher has anyway: it names people and teams, and says who was late."""

    HEADINGS = "Kennung,Name,Nummer,Adresse,Status,Team,Note,Max,Änderbar,Abgabe,Bewertung,Text\n"
    DATE = '"Montag, 30. November 2026, 16:23"'

    def sheet(self, *people):
        rows = [
            f"Teilnehmer/in{number},{name},{sid},{name[0]}@x.org,{status},{team},,100,Ja,{date},-,\n"
            for number, name, sid, status, team, date in people
        ]
        return self.HEADINGS + "".join(rows)

    def test_people_who_was_late_and_drafts(self, roster):
        lines = roster(
            self.sheet(
                (11, "Ada L", "s1", "Abgegeben - 2 Tage zu spät - Bewertet -  - ", "", self.DATE),
                (12, "Bela B", "s2", "Entwurf (nicht abgegeben) -  - ", "", self.DATE),
                (13, "Carl C", "", "Keine Abgabe - Überschritten seit: 2 Tage -  - ", "", "-"),
            )
        )
        entries = [(n, Person(name=n, lms="moodle", lms_id=i)) for n, i in
                   (("Ada L", "11"), ("Bela B", "12"))]  # fmt: skip
        found = with_roster(class_of(*entries, lms="moodle"), lines)
        assert students(found) == {"s1": "Ada L", "s2": "Bela B"}
        ada, bela = found.entries
        assert (ada.person.late, ada.notes) == (True, ("handed in late",))
        assert (bela.person.late, bela.notes) == (False, ("in Moodle: Entwurf (nicht abgegeben)",))
        assert [(student, person.late) for student, person in found.absent] == [("C@x.org", False)]

    def test_teams_are_everybody_s_and_a_marker_is_none(self, roster):
        """Where there are no teams, the column after the status is the marker's."""
        status = "Abgegeben -  - "
        lines = roster(
            self.sheet(
                (11, "Ada L", "s1", status, "Red", self.DATE),
                (12, "Bela B", "s2", status, "Red", self.DATE),
                (13, "Carl C", "s3", status, "Ada L", self.DATE),
            )
        )
        entries = [(n, Person(name=n, lms="moodle", lms_id=i)) for n, i in
                   (("Red", "13"), ("Ada L", "11"))]  # fmt: skip
        found = with_roster(class_of(*entries, lms="moodle"), lines)
        groups = {(e.student, e.person.group, e.person.lms_id) for e in found.entries}
        assert groups >= {("s1", "Red", "11"), ("s2", "Red", "12")}
        assert not any(e.student == "s3" for e in found.entries)

    def test_those_whom_the_same_person_marks_share_nothing(self, roster, tmp_path):
        status = "Abgegeben -  - "
        rows = [(n, name, f"s{n}", status, "Dr Grey", self.DATE) for n, name in PAIR]
        entry = Entry("Ada L", [tmp_path / "ada.py"], Person(name="Ada L", lms="moodle"))
        found = with_roster(ClassSubmissions([entry], lms="moodle"), roster(self.sheet(*rows)))
        assert [e.student for e in found.entries] == ["s11"]
        assert [student for student, _person in found.absent] == ["s12"]

    def test_two_without_a_number_keep_apart(self, roster):
        lines = roster(
            "Kennung,Name,Status,Note,Max,Änderbar,Abgabe,Bewertung,Text\n"
            "Participant 11,John Smith,New -  - ,,100,Yes,-,-,\n"
            "Participant 12,John Smith,New -  - ,,100,Yes,-,-,\n"
        )
        assert [row.id for row in lines] == ["John Smith (11)", "John Smith (12)"]


class TestGroups:
    """People of a group share what any of them handed in."""

    ROSTER = (
        "id,name,group\nada,Ada,red\nbela,Bela,red\ncid,Cid,red\ndora,Dora,blue\n"
        "emil,Emil,blue\nfay,Fay,\ngus,Gus,\n"
    )

    def found(self, roster, tmp_path, *students):
        entries = [Entry(name, [tmp_path / f"{name}.py"], Person()) for name in students]
        return with_roster(ClassSubmissions(entries), roster(self.ROSTER))

    def files(self, found):
        return {e.student: [part.name for part in e.parts] for e in found.entries}

    def test_who_handed_in_nothing_has_what_another_member_handed_in(self, roster, tmp_path):
        found = self.found(roster, tmp_path, "ada", "fay")
        assert self.files(found) == {
            "ada": ["ada.py"],
            "bela": ["ada.py"],
            "cid": ["ada.py"],
            "fay": ["fay.py"],
        }
        assert [student for student, _person in found.absent] == ["dora", "emil", "gus"]
        assert found.remarks == ["group red: Ada, Bela, Cid share what Ada handed in"]
        note = "for the group red, what Ada handed in counts"
        assert [e.notes for e in found.entries if e.person.group == "red"] == [(note,)] * 3
        assert [e.notes for e in found.entries if not e.person.group] == [()]

    def test_where_several_handed_in_all_of_it_is_read_for_each(self, roster, tmp_path):
        found = self.found(roster, tmp_path, "ada", "cid", "dora", "gus")
        every = ["ada.py", "cid.py"]
        assert self.files(found) == {
            **dict.fromkeys(["ada", "bela", "cid"], every),
            "dora": ["dora.py"],
            "emil": ["dora.py"],
            "gus": ["gus.py"],
        }

    def test_lateness_is_shared_too(self, roster, tmp_path):
        late = Entry("ada", [tmp_path / "ada.py"], Person(late=True), ("handed in late",))
        found = with_roster(ClassSubmissions([late]), roster(self.ROSTER))
        assert all(e.person.late and "handed in late" in e.notes for e in found.entries)
