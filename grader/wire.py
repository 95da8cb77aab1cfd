"""Define the values and messages that pass between the grader and a learner's process.

Every byte that comes back was written by code we do not trust: `decode_reply` accepts exactly the
messages below, within the sizes below, and raises `WireError` for anything else. This file is
longer than others so that everything such bytes can become is read in one place.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, TypeAlias, get_args

import msgspec
import numpy as np

# As much as a learner may hand in, and the names of the files.
MAX_FRAME_BYTES = 68 * 2**20
# Decoding a frame full of small numbers takes a hundred times its size in memory, and much time, so
# a reply may be far smaller than a request.
MAX_REPLY_BYTES = 5 * 2**20
# What was read, told before any of the learner's code is loaded: texts, which decode to their size.
MAX_CONTENTS_BYTES = 24 * 2**20
MAX_VALUE_BYTES = 4 * 2**20
MAX_DIMENSIONS = 8
MAX_DEPTH = 8
MAX_ITEMS = 100_000
MAX_TEXT = 2_000
# The longest text that is compared; a Name is no longer.
MAX_WORD = 300

DType = Literal[
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
]
PLAIN_DTYPES = frozenset(get_args(DType))
# NumPy computes a dtype's name, and a name's dtype, again at every use.
_DTYPES = {name: np.dtype(name) for name in PLAIN_DTYPES}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}

Size = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
Shape = Annotated[tuple[Size, ...], msgspec.Meta(max_length=MAX_DIMENSIONS)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Name = Annotated[str, msgspec.Meta(max_length=300)]
Identifier = Annotated[str, msgspec.Meta(max_length=40, pattern=r"\A([^\W\d]\w*)?\Z")]
Index = Annotated[int, msgspec.Meta(ge=-1, le=10_000_000)]


class WireError(Exception):
    """Bytes, or a value, that are none of the messages of this module."""


class _Struct(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    pass


class Array(_Struct, frozen=True, tag="array"):
    """An array. `held` says what the learner's object was before its numbers were extracted.

    `data` is in C order, also of an argument that is to be made in Fortran order ("fortran").
    """

    dtype: DType
    shape: Shape
    data: bytes
    held: Literal["ndarray", "subclass", "longdouble", "object", "fortran"] = "ndarray"


class NumpyScalar(_Struct, frozen=True, tag="scalar"):
    """One number with a dtype, such as np.float64(0.5)."""

    dtype: DType
    data: Annotated[bytes, msgspec.Meta(max_length=16)]


class Sequence(_Struct, frozen=True, tag="sequence"):
    """A list or a tuple."""

    kind: Literal["list", "tuple"]
    items: Annotated[tuple[Value, ...], msgspec.Meta(max_length=MAX_ITEMS)]


class Mapping(_Struct, frozen=True, tag="mapping"):
    """A dict with text keys."""

    keys: Annotated[tuple[Name, ...], msgspec.Meta(max_length=1_000)]
    values: Annotated[tuple[Value, ...], msgspec.Meta(max_length=1_000)]


class Lambda(_Struct, frozen=True, tag="callback"):
    """A function to make in the learner's process: `lambda <parameters>: <expression>`."""

    parameters: Text
    expression: Text


class Word(_Struct, frozen=True, tag="word"):
    """A text, such as "relu", among the arguments of a call or in an answer."""

    text: Name


class Oversized(_Struct, frozen=True, tag="oversized"):
    """An array too large to send: only its dtype and shape."""

    dtype: Name
    shape: Shape


class Opaque(_Struct, frozen=True, tag="opaque"):
    """A value without numbers to compare: only its kind."""

    kind: Literal[
        "str",
        "bytes",
        "set",
        "function",
        "class",
        "generator",
        "stand-in",
        "array of objects",
        "array of text",
        "structured array",
        "large int",
        "dict with keys that are not text",
        "too deep",
        "too many items",
        "far too large",
        "object",
    ]


Value: TypeAlias = (
    Array
    | NumpyScalar
    | Sequence
    | Mapping
    | Lambda
    | Word
    | Oversized
    | Opaque
    | bool
    | int
    | float
    | None
)

# From the grader to the child.


class File(_Struct, frozen=True):
    """A file as it was handed in: its relative name, made printable, and its bytes."""

    name: str
    data: bytes


class ReadRequest(_Struct, frozen=True, tag="read"):
    """Unpack, decode and parse these files, and answer with their Contents.

    It comes before the LoadRequest, which sends the sources again: a later child loads the same
    sources without reading the files again.
    """

    files: tuple[File, ...]
    exercises: tuple[str, ...]


class Cell(_Struct, frozen=True):
    """A piece of source that is parsed by itself: a .py file, or one cell of a notebook."""

    label: str
    text: str


class Source(_Struct, frozen=True):
    """One submitted file: its name, the exercise or module it counts as, its own module name."""

    name: str
    stem: str
    module: str
    cells: Annotated[tuple[Cell, ...], msgspec.Meta(max_length=200_000)]


class LoadRequest(_Struct, frozen=True, tag="load"):
    """Load these files. `skip` lists (source, statement) pairs that ended or hung a child."""

    sources: tuple[Source, ...]
    functions: tuple[str, ...]
    exercises: tuple[str, ...]
    skip: tuple[tuple[int, int], ...] = ()
    chosen: dict[str, str] = {}
    echo: bool = False
    # With stand-ins, which a StandInsRequest makes active.
    stand_ins: bool = False


class CallRequest(_Struct, frozen=True, tag="call"):
    """Call `function` as it is defined in `file`."""

    number: int
    file: str
    function: str
    args: tuple[Value, ...]
    kwargs: dict[str, Value]


class StandInsRequest(_Struct, frozen=True, tag="stand_ins"):
    """From now on these functions are answered by the grader: an AskedReply for each call."""

    names: tuple[str, ...]


class ToldRequest(_Struct, frozen=True, tag="told"):
    """The right answer to an AskedReply; `failed`: there is none to these arguments."""

    value: Value = None
    failed: bool = False


Request: TypeAlias = ReadRequest | LoadRequest | CallRequest | StandInsRequest | ToldRequest

# From the child to the grader.


class TracebackLine(_Struct, frozen=True):
    """One line of a traceback; only lines in the learner's own files are sent."""

    label: Name
    line: Index
    function: Name
    text: Text


class Held(_Struct, frozen=True):
    """What a local variable held, by kind and shape; a list's or tuple's shape is its length."""

    name: Identifier
    kind: Literal["array", "number", "list", "tuple", "None"]
    shape: Shape = ()


class Error(_Struct, frozen=True):
    """An exception: its class, its message, and where in the learner's files it passed.

    `held` are the local variables that the failing expression names, and `meant` the known name
    that is nearest to an unknown one.
    """

    type: Name
    message: Text
    frames: Annotated[tuple[TracebackLine, ...], msgspec.Meta(max_length=20)]
    held: Annotated[tuple[Held, ...], msgspec.Meta(max_length=6)] = ()
    meant: Identifier = ""


class Contents(_Struct, frozen=True, tag="contents"):
    """What was read of a submission's files.

    `files` are the names of those that hold code, archives unpacked; `notes` are sentences for the
    result, and `unreadable` the stem of each file that could not be read, with the reason. It is
    sent before any of the learner's code is loaded, so nothing in it is forged.
    """

    sources: Annotated[tuple[Source, ...], msgspec.Meta(max_length=100)] = ()
    files: Annotated[tuple[str, ...], msgspec.Meta(max_length=100_000)] = ()
    notes: Annotated[tuple[str, ...], msgspec.Meta(max_length=100)] = ()
    unreadable: Annotated[tuple[tuple[str, str], ...], msgspec.Meta(max_length=1_000)] = ()


class Progress(_Struct, frozen=True, tag="progress"):
    """The process is about to run this statement (-1: to parse this source; or to read files)."""

    source: Index
    statement: Index
    label: Name
    line: Index


class LoadError(_Struct, frozen=True):
    """A statement that failed; the ones before and after it still count."""

    source: Index
    label: Name
    line: Index
    error: Error


class Definition(_Struct, frozen=True):
    """A callable that a file binds to one of the course's names."""

    file: Name
    function: Name
    stub: bool
    is_defined_here: bool
    fingerprint: Name
    # The course's other functions that its code names, or that of what it calls in its file.
    mentions: Annotated[tuple[Name, ...], msgspec.Meta(max_length=500)] = ()


class Loaded(_Struct, frozen=True, tag="loaded"):
    """What loading found: definitions of the course's functions, errors, other functions' names."""

    definitions: Annotated[tuple[Definition, ...], msgspec.Meta(max_length=5_000)]
    errors: Annotated[tuple[LoadError, ...], msgspec.Meta(max_length=200)]
    others: Annotated[tuple[tuple[Name, Name], ...], msgspec.Meta(max_length=500)]
    output: Annotated[str, msgspec.Meta(max_length=10_000)] = ""


class ReturnedReply(_Struct, frozen=True, tag="returned"):
    """The function returned. `changed`: the indices of the arguments that the call changed.

    Named arguments are counted after the others; -1 is an earlier answer of the function.
    """

    number: Index
    value: Value
    changed: Annotated[tuple[Index, ...], msgspec.Meta(max_length=100)] = ()
    output: Annotated[str, msgspec.Meta(max_length=10_000)] = ""


class RaisedReply(_Struct, frozen=True, tag="raised"):
    """The function raised."""

    number: Index
    error: Error
    output: Annotated[str, msgspec.Meta(max_length=10_000)] = ""


class AskedReply(_Struct, frozen=True, tag="asked"):
    """During the call `number`, a stand-in asks for the right answer of an earlier function."""

    number: Index
    function: Name
    args: Annotated[tuple[Value, ...], msgspec.Meta(max_length=100)]
    kwargs: Annotated[dict[Name, Value], msgspec.Meta(max_length=100)]


Reply: TypeAlias = Contents | Progress | Loaded | ReturnedReply | RaisedReply | AskedReply

_encoder = msgspec.msgpack.Encoder()
_request_decoder: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_reply_decoder: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def encode(message: Request | Reply) -> bytes:
    """Encode a message as a frame: four bytes of length (little endian), then msgpack.

    Raises WireError for a message over MAX_FRAME_BYTES.
    """
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME_BYTES:
        raise WireError(f"a message of {len(body)} bytes")
    return len(body).to_bytes(4, "little") + body


def frame_length(header: bytes | bytearray, limit: int = MAX_FRAME_BYTES) -> int:
    """Return the length in a frame's first four bytes; WireError if it is over `limit`."""
    length = int.from_bytes(header, "little")
    if length > limit:
        raise WireError(f"a frame of {length} bytes is announced")
    return length


def decode_request(body: bytes) -> Request:
    """Decode the body of a frame from the grader, which is trusted."""
    return _request_decoder.decode(body)


def decode_reply(body: bytes) -> Reply:
    """Decode the body of a frame from a learner's process; WireError if it is not valid."""
    try:
        reply = _reply_decoder.decode(body)
        if isinstance(reply, ReturnedReply):
            validate(reply.value)
        elif isinstance(reply, AskedReply):
            validate(Sequence("tuple", (*reply.args, *reply.kwargs.values())))
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as error:
        raise WireError(str(error)[:200]) from None
    return reply


def validate(value: Value) -> None:
    """Raise WireError for a value that `pack` would not have made.

    An array must have as many bytes as its shape and dtype need, nothing may be nested deeper than
    MAX_DEPTH, and all lists, tuples and dicts together may hold no more than MAX_ITEMS items.
    """
    room = MAX_ITEMS
    waiting = [(value, 0)]
    while waiting:
        value, depth = waiting.pop()
        match value:
            case Array(dtype=dtype, shape=shape, data=data):
                # NumPy cannot make an array that has axes of length 0 beside huge ones.
                if not data and math.prod(size for size in shape if size) > 2**40:
                    raise WireError(f"an array of shape {shape}")
                if math.prod(shape) * _DTYPES[dtype].itemsize != len(data):
                    raise WireError(f"{len(data)} bytes for a {dtype} array of shape {shape}")
            case NumpyScalar(dtype=dtype, data=data):
                if _DTYPES[dtype].itemsize != len(data):
                    raise WireError(f"{len(data)} bytes for a {dtype}")
            case Sequence(items=items) | Mapping(values=items):
                if isinstance(value, Mapping) and (
                    len(value.keys) != len(items) or len(set(value.keys)) != len(items)
                ):
                    raise WireError("a dict whose keys and values do not pair up")
                room -= len(items)
                if depth == MAX_DEPTH or room < 0:
                    raise WireError("values nested too deep, or too many")
                waiting.extend((item, depth + 1) for item in items)
            case Lambda():
                # Only a course's arguments may be these: source code must never come back.
                raise WireError("a callback in an answer")


def pack(value: object) -> Value:
    """Convert any Python object to a value on the wire; what holds no numbers becomes Opaque.

    Never raises, unless the object's class was written to make it raise.
    """
    return _Packer().pack(value, 0)


class _Packer:
    """Packs one value, counting bytes and items so that nothing huge is ever built."""

    def __init__(self) -> None:
        self.bytes_left = MAX_VALUE_BYTES
        self.items_left = MAX_ITEMS

    def pack(self, value: object, depth: int) -> Value:
        self.items_left -= 1
        if self.items_left < 0:
            return Opaque("too many items")
        if value is None or type(value) in (bool, float):
            return value  # type: ignore[return-value]  # mypy does not narrow through type()
        if type(value) is int:
            return value if -(2**63) <= value < 2**63 else Opaque("large int")
        if type(value) in (str, np.str_) and len(value) <= MAX_WORD:  # type: ignore[arg-type]
            return self._word(str(value))
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):
            return self._numpy_scalar(value)
        if type(value) is complex:
            return self._numpy_scalar(np.complex128(value))
        if isinstance(value, list | tuple | dict):
            return self._container(value, depth)
        return Opaque(_kind_of(value))

    def _word(self, text: str) -> Value:
        self.bytes_left -= len(text)
        return Word(clean(text, MAX_WORD)) if self.bytes_left >= 0 else Opaque("str")

    def _array(self, array: np.ndarray[Any, Any]) -> Value:
        held: Literal["ndarray", "subclass", "longdouble", "object"] = "ndarray"
        if type(array) is not np.ndarray:
            held, array = "subclass", np.asarray(array)
        name = _NAMES.get(array.dtype) or array.dtype.name
        if array.ndim > MAX_DIMENSIONS:
            return Opaque("too deep")
        if name not in PLAIN_DTYPES and array.nbytes <= self.bytes_left:
            if array.dtype.kind in "fc":
                held, array = "longdouble", array.astype("c16" if array.dtype.kind == "c" else "f8")
            elif array.dtype.kind == "O":
                try:
                    held, array = "object", array.astype(np.float64)
                except (TypeError, ValueError):
                    return Opaque("array of objects")
            else:
                return Opaque("array of text" if array.dtype.kind in "US" else "structured array")
            name = array.dtype.name
        self.bytes_left -= array.nbytes
        if self.bytes_left < 0:
            return Oversized(name[:100], array.shape)
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        return Array(name, array.shape, array.tobytes(), held)

    def _numpy_scalar(self, scalar: np.generic) -> Value:
        if scalar.dtype.name in PLAIN_DTYPES:
            return NumpyScalar(scalar.dtype.name, scalar.tobytes())  # type: ignore[arg-type]
        if scalar.dtype.kind == "f":
            return self._array(np.asarray(scalar))
        return Opaque("object")

    def _container(self, value: list[Any] | tuple[Any, ...] | dict[Any, Any], depth: int) -> Value:
        if depth >= MAX_DEPTH:
            return Opaque("too deep")
        if len(value) > self.items_left:
            return Opaque("too many items")
        if isinstance(value, dict):
            if len(value) > 1_000:
                return Opaque("too many items")
            if not all(type(key) is str and len(key) <= 300 for key in value):
                return Opaque("dict with keys that are not text")
            values = tuple(self.pack(item, depth + 1) for item in value.values())
            return Mapping(tuple(clean(key, 300) for key in value), values)
        items = tuple(self.pack(item, depth + 1) for item in value)
        return Sequence("list" if isinstance(value, list) else "tuple", items)


def _kind_of(value: object) -> Any:
    if getattr(type(value), "_is_stand_in", False) is True:
        return "stand-in"
    for kind, classes in (
        ("str", str),
        ("bytes", (bytes, bytearray)),
        ("set", (set, frozenset)),
        ("class", type),
        ("generator", (map, filter, zip, range)),
    ):
        if isinstance(value, classes):
            return kind
    if hasattr(type(value), "__next__"):
        return "generator"
    return "function" if callable(value) else "object"


def unpack(value: Value) -> Any:
    """Make the Python object that `value` stands for, with new, writable arrays.

    Raises WireError for Opaque and Oversized, which stand for no single object.
    """
    if type(value) is Array:
        # First, because nearly every value is an array; the new buffer makes it writable.
        array = np.ndarray(value.shape, _DTYPES[value.dtype], bytearray(value.data))
        return array if value.held != "fortran" else np.asfortranarray(array)
    match value:
        case NumpyScalar(dtype=dtype, data=data):
            return np.frombuffer(data, dtype=dtype)[0]
        case Sequence(kind=kind, items=items):
            unpacked = [unpack(item) for item in items]
            return unpacked if kind == "list" else tuple(unpacked)
        case Mapping(keys=keys, values=values):
            return {key: unpack(item) for key, item in zip(keys, values, strict=True)}
        case Lambda(parameters=parameters, expression=expression):
            return make_callback(parameters, expression)
        case Word(text=text):
            return text
        case Opaque() | Oversized():
            raise WireError(f"{value} cannot be made into an object")
        case _:
            return value


def can_be_unpacked(value: Value) -> bool:
    """Return whether `unpack` can make the object again: a function is none such, for example."""
    match value:
        case Opaque() | Oversized():
            return False
        case Sequence(items=items) | Mapping(values=items):
            return all(map(can_be_unpacked, items))
    return True


def make_callback(parameters: str, expression: str) -> Any:
    """Make the function `lambda <parameters>: <expression>`, with NumPy as `np`."""
    return eval(f"lambda {parameters}: {expression}", {"np": np})  # noqa: S307  # the course's own


def clean(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, without lone surrogates, which UTF-8 lacks."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")


def error_of(
    error: BaseException,
    frames: tuple[TracebackLine, ...] = (),
    held: tuple[Held, ...] = (),
    meant: str = "",
) -> Error:
    """Convert an exception to an Error, even if its class raises when asked for its text."""
    try:
        message = str(error)
    except BaseException:  # noqa: BLE001  # a learner's __str__ may raise anything
        message = ""
    return Error(clean(type(error).__name__, 300), clean(message, MAX_TEXT), frames, held, meant)
