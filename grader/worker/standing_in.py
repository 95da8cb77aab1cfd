"""Put stand-ins in place of a learner's functions, which ask the grader for the right answer."""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from grader import wire

# Sends the name of a function and its arguments to the grader; returns what the grader tells, or
# None where they are too much to send.
Ask: TypeAlias = Callable[
    [str, tuple[wire.Value, ...], dict[str, wire.Value]], wire.ToldRequest | None
]


class StandIns:
    """The stand-ins in one loaded submission: one for each of its files and course functions.

    `put_into` a namespace before its file is run, and after each of its statements. The stand-in is
    then what every other piece of code can get hold of: by import, as an attribute, in a default
    argument, a dict, a closure, a decorator. While `active` holds its name, it answers what the
    grader tells; else it calls the function that the learner has written. Nothing is active while
    files are loaded: what the grader would tell could be kept for a later call. Each function that
    a name is bound to gets a stand-in of its own: `softmax = cached(softmax)` wraps the first.

    Where a file lacks a function, its stand-in only holds the place: a star import of that file
    does not put it over what another file has. A name that is bound to no function, as after
    `softmax = softmax(Z)`, keeps its value until `activate` finds it.
    """

    def __init__(self, names: tuple[str, ...], ask: Ask) -> None:
        self.names = names
        self.active: frozenset[str] = frozenset()
        self._ask = ask
        # What the learner has written, for each stand-in that has replaced something.
        self._written: dict[types.FunctionType, Callable[..., Any]] = {}
        self._all: set[types.FunctionType] = set()
        # Each namespace by its id, and what it held under the course's names when last seen.
        self._seen: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}

    def activate(self, names: Collection[str]) -> None:
        """Have the grader asked for these functions from now on, and for no others."""
        self.active = frozenset(names)
        for namespace, _held in self._seen.values():
            for name in self.active:
                if not callable(namespace.get(name)):
                    namespace[name] = self._new(name, namespace)

    def put_into(self, namespace: dict[str, Any]) -> None:
        """Replace each of the course's functions in a namespace, also those that it lacks."""
        _namespace, held = self._seen.setdefault(id(namespace), (namespace, {}))
        for name in self.names:
            found = namespace.get(name)
            if self._is_one(found):
                if found not in self._written and self.written(held.get(name)) is not None:
                    namespace[name] = held[name]
            elif name not in namespace or callable(found):
                namespace[name] = self._new(name, namespace)
                if callable(found):
                    self._written[namespace[name]] = found
                if isinstance(found, types.FunctionType):
                    # What a decorator keeps there is read and written through either.
                    namespace[name].__dict__ = found.__dict__
            held[name] = namespace[name]

    def written(self, found: Any) -> Any:
        """Return what a learner has written in place of a stand-in; None if there is nothing."""
        return self._written.get(found) if self._is_one(found) else found

    def defined(self, namespace: Mapping[str, Any]) -> dict[str, Any]:
        """Return a namespace as the learner has made it."""
        written = {name: self.written(value) for name, value in namespace.items()}
        return {name: value for name, value in written.items() if value is not None}

    def _is_one(self, found: Any) -> bool:
        return type(found) is types.FunctionType and found in self._all

    def _new(self, name: str, namespace: Mapping[str, Any]) -> types.FunctionType:
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            if name in self.active:
                packed = tuple(map(wire.pack, args))
                named = {key: wire.pack(value) for key, value in kwargs.items()}
                if all(map(wire.can_be_unpacked, (*packed, *named.values()))):
                    told = self._ask(name, packed, named)
                    if told is not None and not told.failed:
                        return wire.unpack(told.value)
            # Also for what the right one cannot answer: an argument of the learner's own making.
            # Where files import each other, it was taken before its own file defined the function.
            written = self.written(stand_in) or self.written(namespace.get(name))
            if written is None:
                if name in self.active:
                    raise ValueError(f"the right {name} cannot answer these arguments")
                raise NameError(f"name {name!r} is not defined", name=name)
            return written(*args, **kwargs)

        assert isinstance(stand_in, types.FunctionType)
        stand_in.__name__ = stand_in.__qualname__ = name
        self._all.add(stand_in)
        return stand_in
