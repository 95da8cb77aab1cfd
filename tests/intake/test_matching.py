"""People are matched by data that both lists have, and never guessed."""

from grader.intake.matching import Level, paired


def test_two_that_claim_one_row_by_different_values_are_not_guessed():
    level = Level("number", lambda one: [one], list)
    pairs = paired(["a", "b"], [("a", "b")], [level], lambda _left, _right: True)
    assert pairs.partners == {}
    assert {why.level for why in pairs.unclear.values()} == {"number"}
