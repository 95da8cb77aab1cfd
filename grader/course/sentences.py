"""What a slip of each kind is called, for learners: what is wrong and what to ask oneself.

Never the formula.
"""

from __future__ import annotations

from typing import NamedTuple

from grader.plan import Words

# What a slip of each kind is, and what to ask oneself.
SENTENCES = {
    "axis": "a {what} runs along the other axis. {axes}",
    "whole": "a {what} is taken over the whole array, not along one axis. How many numbers should"
    " be left of it?",
    "part": "a {what} is taken along one axis only, not over everything.",
    "keepdims": "a {what} loses its axis, and what is left lines up along the wrong one. What shape"
    " has it?",
    "transpose": "a transpose is missing, or there is one too many. Write down the shape of each"
    " factor: which index do they share?",
    "sign": "one part of it has the wrong sign. Which of your terms are added, and which should be"
    " subtracted?",
    "swapped": "the two sides of a {what} are swapped.",
    "arguments": "two arguments of {what} are swapped. Which comes first?",
    "term": "a term is missing from a sum or a difference. Which terms does your derivation have?",
    "factor": "a factor is missing from a product. What should each term be multiplied by?",
    "division": "a division is missing. What should this be divided by?",
    "off_by_one": "an index, a count or a range is off by one. Where does yours begin, and where"
    " does it end?",
    "number": "a number in it, such as a power or a factor, is another one than it should be.",
    "quantity": "{what} stands where another quantity belongs.",
    "product": "an entry-by-entry product and a matrix product are mixed up. Which entries should"
    " meet?",
    "function": "{what} is applied where another function belongs.",
    "operation": "{what} stands where another operation belongs.",
    "not_applied": "{what} is left out: its argument is used as it is.",
    "comparison": "a comparison is the wrong one. What should happen on each side of it, and on the"
    " border?",
    "cases": "the two cases of a condition are mixed up, or one of them is used for both.",
    "loop": "a line stands inside a loop and belongs outside it, or the reverse. What should happen"
    " once, and what in each round?",
    "first_round": "the answer is given after the first round of a loop.",
    "entry": "an entry of the answer is missing, or has the name of another one.",
    "order": "two parts, or two lines, are in the wrong order.",
    "line": "a line is missing: one step of the computation is not done.",
    "intermediate": "an intermediate result is returned: the last step is missing.",
    "overwritten": "a result is overwritten where it should be added to, or the reverse.",
    "row": "a row is taken where a column belongs, or the reverse.",
    "first": "one and the same entry, row or column is used for all.",
    "copy": "no copy is made, so what is changed is not yours alone.",
    # What is added to a right solution: see `additions`.
    "applied": "{what} is applied to a quantity that should be used as it is.",
    "scaled": "a quantity is doubled or halved, or an entry is added to itself.",
    "shifted": "a number is added to a quantity, or taken off it, that does not belong there.",
    "normalised": "a quantity is divided by its sum, its largest entry or its size.",
    "rearranged": "the entries of a quantity are rearranged: reversed, shifted or sorted.",
    "reduced": "{what} of a quantity stands where the quantity itself belongs.",
    "replaced": "{what} stand where a quantity belongs.",
    "rounded": "a quantity is rounded, cut off or kept with too few digits.",
    "twice": "a line is there twice.",
}

# The kinds of slips that add something. Where another slip gives the same answers, that is told.
ADDED = frozenset(list(SENTENCES)[list(SENTENCES).index("applied") :])


class Slip(NamedTuple):
    """One way to get it wrong: its kind, and which quantity or operation it is about."""

    kind: str
    what: str = ""

    def sentence(self, words: Words) -> str:
        """Return what a learner is told, without the formula; `words` are the course's own."""
        return SENTENCES[self.kind].format(what=self.what or "something", axes=words.axes)
