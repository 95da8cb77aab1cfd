"""People are matched by what both lists know of them, and never guessed."""

from grader.intake.matching import Level, paired


def test_two_of_whom_each_is_known_by_another_level_are_not_guessed():
    """Both lead to one row: one by its number, one by its mail."""
    level = Level("number", lambda one: [one], list)
    pairs = paired(["a", "b"], [("a", "b")], [level])
    assert pairs.found == {}
    assert {why.what for why in pairs.unclear.values()} == {"number"}
