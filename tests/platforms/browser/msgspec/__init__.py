"""What `grader.notebook` uses of msgspec, in Python alone.

Only for tests in a Pyodide for which msgspec has no wheel. It proves nothing about msgspec itself.
"""

import base64
import dataclasses
import enum
import types
import typing
from json import loads

from msgspec import structs as structs


class MsgspecError(Exception):
    pass


class ValidationError(MsgspecError, ValueError):
    pass


class DecodeError(MsgspecError, ValueError):
    pass


class Meta:
    def __init__(self, **_limits):
        pass


@typing.dataclass_transform()
class Struct:
    def __init_subclass__(cls, **_options):
        for name, default in list(vars(cls).items()):
            if not name.startswith("__") and isinstance(default, dict | list):
                setattr(cls, name, dataclasses.field(default_factory=type(default)))
        dataclasses.dataclass(cls, unsafe_hash=True)


class _Codec:
    def __init__(self, *_types, **_options):
        pass


msgpack = types.SimpleNamespace(Encoder=_Codec, Decoder=_Codec)
json = types.SimpleNamespace(decode=loads)


def convert(value, wanted):
    """Return the value as the type that is wanted, as far as a plan needs it."""
    origin = typing.get_origin(wanted)
    arguments = typing.get_args(wanted)
    if origin is typing.Annotated:
        return convert(value, arguments[0])
    if origin in (typing.Union, types.UnionType):
        return value
    if origin is tuple:
        return tuple(convert(item, arguments[0]) for item in value)
    if origin is dict:
        return {key: convert(item, arguments[1]) for key, item in value.items()}
    if isinstance(wanted, type) and issubclass(wanted, Struct) and isinstance(value, dict | list):
        return _struct(value, wanted)
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return wanted(value)
    if wanted is bytes and isinstance(value, str):
        return base64.b64decode(value)
    return float(value) if wanted is float else value


def _struct(value, wanted):
    hints = typing.get_type_hints(wanted, include_extras=True)
    if isinstance(value, list):  # of a struct that is written without its names
        value = dict(zip(hints, value, strict=False))
    known = {name: convert(item, hints[name]) for name, item in value.items() if name in hints}
    try:
        return wanted(**known)
    except TypeError as error:
        raise ValidationError(str(error)) from None
