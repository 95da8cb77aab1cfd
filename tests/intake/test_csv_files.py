"""A teacher's small CSV file is read the same way, whatever it is for and however it was saved."""

import pytest

from grader.grade.overrides import read_marks
from grader.intake.roster import read_roster
from grader.results.gradebooks.matching import read_by_hand

ROSTER = "id,name,email\ns1,Béla Bartók,bela@x.org\n"
OVERRIDES = "student,function,points,reason\nBéla,softmax,7.5,on paper\n"
MATCH = "student,row\nBéla,Participant 12\n"
READ = {
    "roster": (ROSTER, lambda path: [(p.id, p.name, p.email) for p in read_roster(path)]),
    "overrides": (OVERRIDES, read_marks),
    "match": (MATCH, read_by_hand),
}
SAVED = {
    "with semicolons": lambda text: text.replace(",", ";").encode(),
    "with tabs": lambda text: text.replace(",", "\t").encode(),
    "as UTF-16": lambda text: text.encode("utf-16"),
    "as UTF-16, with tabs": lambda text: text.replace(",", "\t").encode("utf-16"),
    "with a byte order mark": lambda text: text.encode("utf-8-sig"),
    "with Windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
    "with every cell in quotes": lambda text: (
        "\n".join(",".join(f'"{c}"' for c in line.split(",")) for line in text.splitlines())
    ).encode(),
    "with headings in capitals": lambda text: text.replace(
        first := text.partition("\n")[0], first.upper()
    ).encode(),
    "with a blank line before the headings": lambda text: f"\n{text}".encode(),
}


@pytest.mark.parametrize("saved", SAVED)
@pytest.mark.parametrize("kind", READ)
def test_it_says_the_same_however_it_was_saved(tmp_path, kind, saved):
    text, read = READ[kind]
    plain, other = tmp_path / "plain.csv", tmp_path / "other.csv"
    plain.write_text(text, encoding="utf-8")
    other.write_bytes(SAVED[saved](text))
    expected = read(plain)
    assert "Béla" in str(expected)
    if saved == "with a blank line before the headings" and kind == "overrides":
        expected = [mark._replace(line=mark.line + 1) for mark in expected]
    assert read(other) == expected
