"""A learner's earlier functions, to be called as if they were here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.engine.session import EncodedCall, Session
from grader.model import Returned

# Numbers of the calls made here: no planned call has one so large.
FIRST_NUMBER = 1_000_000

Numbers: TypeAlias = NDArray[np.float64]


class NoAnswerError(Exception):
    """The learner's earlier function did not answer, or not with numbers."""


class Asked(NamedTuple):
    """A call of an earlier function, and all the numbers in its answer."""

    args: tuple[wire.Value, ...]
    kwargs: dict[str, wire.Value]
    answer: Numbers

    @property
    def is_own_input(self) -> bool:
        """Whether the answer is what was given."""
        return any(np.array_equal(self.answer, flat(wire.unpack(a))) for a in self.args)


@dataclass(slots=True)
class Earlier:
    """A learner's earlier function, to be called as if it were here; remembers what it was asked.

    Raises NoAnswerError when it gives no answer, ValueError or the like when it is no such one.
    """

    session: Session
    file: str
    name: str
    reference: Callable[..., Any]
    numbers: Iterator[int]
    known: dict[bytes, wire.Value] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    used: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the learner's function, unless it has been asked the same before."""
        self.used = True
        packed = tuple(_argument(value) for value in args)
        named = {name: _argument(value) for name, value in kwargs.items()}
        key = msgspec.msgpack.encode((packed, named))
        if key not in self.known:
            # In the shapes of the right answer: no formula can then make anything huge of it.
            value = like(self._answer(packed, named), self.reference(*args, **kwargs))
            self.known[key] = wire.pack(value)
            self.asked.append(Asked(packed, named, flat(value)))
        return wire.unpack(self.known[key])

    def _answer(self, args: tuple[wire.Value, ...], kwargs: dict[str, wire.Value]) -> Any:
        number = next(self.numbers)
        frame = EncodedCall(
            number, wire.encode(wire.CallRequest(number, self.file, self.name, args, kwargs))
        )
        (outcome,) = self.session.call(self.file, self.name, [frame])
        if not isinstance(outcome, Returned):
            raise NoAnswerError
        return wire.unpack(outcome.value)

    @property
    def is_trivial(self) -> bool:
        """Whether its answers say nothing: constant, or what it was given."""
        if all(np.ptp(one.answer) == 0 or one.is_own_input for one in self.asked):
            return True
        by_size: dict[int, list[Numbers]] = {}
        for one in self.asked:
            by_size.setdefault(one.answer.size, []).append(one.answer)
        several = [answers for answers in by_size.values() if len(answers) > 1]
        return bool(several) and all(
            np.array_equal(answers[0], answer) for answers in several for answer in answers
        )


def file_used(session: Session, file: str, name: str) -> str | None:
    """The file whose function `name` is the one that `file` uses: its own or imported name first.

    Otherwise that of a module that it mentions. None if there is none.
    """
    defined = [d.file for d in session.loaded.definitions if d.function == name and not d.stub]
    if file in defined:
        return file
    sources = {source.name: source for source in session.contents.sources}
    text = "\n".join(cell.text for cell in sources[file].cells)
    mentioned = [other for other in defined if sources[other].stem in text]
    return mentioned[0] if mentioned else None


def like(value: Any, model: Any) -> Any:
    """`value` in the containers and shapes of a right answer; ValueError if it is none such."""
    if isinstance(model, dict):
        return {key: like(value[key], item) for key, item in model.items()}
    if isinstance(model, tuple):
        return tuple(like(v, m) for v, m in zip(value, model, strict=True))
    array = np.asarray(value, dtype=np.float64)
    if np.ndim(model) == 0 and array.size == 1:
        array = array.reshape(())
    if array.shape != np.shape(model) or not array.size or not np.isfinite(array).all():
        raise ValueError("not such an answer")
    if isinstance(model, list):
        return array.tolist()
    return array if isinstance(model, np.ndarray) else array.item()


def _argument(value: Any) -> wire.Value:
    return wire.Word(value) if isinstance(value, str) else wire.pack(value)


def flat(value: Any) -> Numbers:
    """All numbers in a value, one after the other."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return np.concatenate([flat(item) for item in value]) if value else np.zeros(0)
    if isinstance(value, str):
        return np.zeros(0)
    return np.asarray(value, dtype=np.float64).ravel()
