"""The rules for what learners are told of a mistake: its docstring in mistakes.py."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.course.folder import Exercise
from grader.course.variants import SEPARATOR

# In words. Shorter messages name a mistake without helping to understand it.
SHORTEST, LONGEST = 40, 120
# How easy a message is to read: the words of its longest sentence, and the share of its words that
# have at least so many letters.
LONGEST_SENTENCE = 25
LONG_WORD, MOST_LONG_WORDS = 12, 0.1
# What computes something: a name alone, or a number, gives nothing away.
_COMPUTES = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Subscript)


def broken_messages(exercise: Exercise) -> Iterator[str]:
    """Yield the rules that the messages of an exercise break, with file, line and remedy.

    A message that several mistakes share is looked at once.
    """
    solutions = _solutions(exercise.reference_path.read_text(encoding="utf-8"))
    seen = set[str]()
    for node in ast.parse(exercise.mistakes_path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef) or SEPARATOR not in node.name.lstrip("_"):
            continue
        message = ast.get_docstring(node) or ""
        if message and message not in seen:
            seen.add(message)
            place = f"{exercise.mistakes_path}, line {node.lineno}: the message of {node.name}"
            yield from (f"{place} {what}" for what in _broken_by(message, solutions))


def _broken_by(message: str, solutions: dict[str, str]) -> Iterator[str]:
    words = message.split()
    if not SHORTEST <= len(words) <= LONGEST:
        yield (
            f"has {len(words)} words; write {SHORTEST} to {LONGEST}: what the code does, why that"
            " is wrong, and a question"
        )
    sentences = re.split(r"(?<=[.?!])\s+|\n\n", message)
    length, sentence = max((len(sentence.split()), sentence) for sentence in sentences)
    if length > LONGEST_SENTENCE:
        begin = " ".join(sentence.split()[:5])
        yield f"has a sentence of {length} words ({begin} ...); split it"
    letters = re.findall(r"[^\W\d_]+", message)
    long = [word for word in letters if len(word) >= LONG_WORD]
    if len(long) > MOST_LONG_WORDS * len(letters):
        yield f"has many long words; say it more plainly: {', '.join(dict.fromkeys(long))}"
    plain = _normalised(message)
    for solution, source in solutions.items():
        if re.search(rf"(?<!\w){re.escape(solution)}(?!\w)", plain):
            yield f"gives the solution away: {source}; ask for it instead"


def _solutions(reference: str) -> dict[str, str]:
    """Return what a reference computes, as `_normalised` text, with its source."""
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(reference)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return):
            values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for value in values:
                if value and any(isinstance(part, _COMPUTES) for part in ast.walk(value)):
                    found[_normalised(ast.unparse(value))] = ast.unparse(value)
    return found


def _normalised(text: str) -> str:
    """Leave out what two ways to write an expression may differ in: spaces, case, quotes, signs."""
    signs = str.maketrans("\u2212\u00b7\u00d7", "-**", "'\"`")
    # A space between two words stays.
    return re.sub(r"\s+(?!\w)|(?<!\w)\s+", "", text).casefold().translate(signs)
