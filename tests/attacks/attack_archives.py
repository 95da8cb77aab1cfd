"""Attacks by zip archives."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from functools import cache

from tests.attacks.attack import HONEST, Attack, beside

# Which take long to be put in order.
MARKS = "\u0300\u0301\u0316" * 7_000


def _archive(name: str, data: Callable[[], bytes], says: str = "") -> Attack:
    return beside(name, "archives", {"more.zip": data}, says)


def zipped(members: dict[str, bytes | str], **options: object) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for option, value in options.items():
                setattr(info, option, value)
            archive.writestr(info, content)
    return data.getvalue()


OWN = "OWNED = 1\n"


def archives() -> list[Attack]:
    """Zip archives that would write elsewhere, grow without end, or break who reads them."""
    link = {"external_attr": (stat.S_IFLNK | 0o777) << 16}
    device = {"external_attr": (stat.S_IFCHR | 0o666) << 16}

    @cache
    def bomb() -> bytes:
        return zipped({"zeros.py": b"\0" * (80 * 2**20)})

    def inner() -> bytes:
        return zipped({"a.zip": bomb(), "b.zip": bomb()})

    return [
        _archive("zip_slip", lambda: zipped({"../../../zip-slip.py": OWN}), "points outside"),
        _archive(
            "zip_slip_with_backslashes",
            lambda: zipped({"..\\..\\zip-slip.py": OWN}),
            "points outside",
        ),
        _archive(
            "zip_slip_to_an_absolute_path",
            lambda: zipped({"/tmp/zip-slip.py": OWN}),
            "points outside",
        ),
        _archive("zip_slip_to_a_drive", lambda: zipped({"C:\\zip-slip.py": OWN}), "points outside"),
        _archive(
            "zip_slip_in_the_middle",
            lambda: zipped({"a/../../../zip-slip.py": OWN}),
            "points outside",
        ),
        _archive("zip_link", lambda: zipped({"link.py": "/etc/passwd"}, **link), "is a link"),
        _archive("zip_device", lambda: zipped({"device.py": ""}, **device), "empty"),
        _archive("zip_bomb", bomb, "unpacks to more than"),
        _archive(
            "zip_bomb_of_spaces",
            lambda: zipped({"spaces.py": b" " * (30 * 2**20)}),
            "unpacks to more than",
        ),
        _archive("zip_bomb_nested", inner, "unpacks to more than"),
        _archive(
            "zip_in_a_zip_in_a_zip",
            lambda: zipped({"b.zip": inner()}),
            "hand in the files themselves",
        ),
        _archive("zip_of_a_huge_directory", _huge_directory, "its list of files has more than"),
        _of_objects(),
        _archive(
            "zip_bomb_of_many_files",
            lambda: zipped({f"{n}.py": b"# \n" * 700_000 for n in range(60)}),
            "unpacks to more than",
        ),
        _archive(
            "zip_of_many_names", lambda: zipped({f"{n}.py": "" for n in range(20_000)}), "more than"
        ),
        _archive("zip_overlapping", _overlapping, ""),
        _archive("zip_that_lies_about_sizes", _lying, "more.zip"),
        _archive("zip_of_one_name_twice", _twice, ""),
        _archive("zip_with_nul_in_a_name", lambda: zipped({"a\0b.py": OWN}), ""),
        _archive("zip_encrypted", _encrypted, "encrypted"),
        _archive("zip_truncated", lambda: zipped({"a.py": OWN * 1_000})[:-60], "zip it again"),
        _archive("zip_of_nothing", lambda: b"PK\x05\x06" + bytes(18), ""),
        _archive("zip_of_random_bytes", lambda: bytes(range(256)) * 100, "zip it again"),
        _archive("zip_behind_code", lambda: b"OWNED = 1\n" + zipped({"a.py": OWN}), ""),
        _archive(
            "zip_with_misleading_names",
            lambda: zipped({"\u202egpj.py\x1b[31m": OWN, "=1+1.py": OWN}),
            "",
        ),
        _archive("zip_of_a_deep_folder", lambda: zipped({"a/" * 2_000 + "a.py": OWN}), "too long"),
        _archive("zip_of_an_unknown_method", _unknown_method, "unusual way"),
        _archive("zip_of_bzip2", _of_bzip2, "unusual way"),
        _archive(
            "zip_of_names_of_marks",
            lambda: zipped({f"{n}{MARKS}.py": OWN for n in range(40)}),
            "too long",
        ),
        _archive("zip64_of_exabytes", _zip64),
        beside("archive_within_a_notebooks_name", "archives", {"a.ipynb": bomb}, "a.ipynb"),
    ]


def _overlapping() -> bytes:
    """Many entries of the directory that all point to one file's bytes."""
    data = zipped({"a.py": b"# \n" * 300_000})
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[at:end]
    entries = b"".join(entry.replace(b"a.py", b"%04d" % n)[:-4] + b"a.py" for n in range(1))
    names = [entry[:46] + b"%03d.py" % n for n in range(500)]
    names = [name[:28] + struct.pack("<H", 6) + name[30:] for name in names]
    entries = b"".join(names)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 500, 500, len(entries), at, 0)
    return data[:at] + entries + tail


def _huge_directory() -> bytes:
    """A directory of which zipfile would make half a gigabyte."""
    data = zipped({"a.py": OWN})
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entries = data[at:end] * (40 * 2**20 // (end - at))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(entries), at, 0)
    return data[:at] + entries + tail


def _of_objects() -> Attack:
    """Notebooks of nothing, each of which is half a gigabyte of objects: it may cost all points."""

    def made() -> bytes:
        book = zipped({"0.ipynb": '{"nbformat": 4, "cells": [' + "{}," * 6_000_000 + "{}]}"})
        return zipped({f"{n}.zip": book for n in range(30)})

    marks = frozenset(["stopped", "costs"])
    return Attack(
        "zip_of_notebooks_of_objects",
        "archives",
        HONEST | {"more.zip": made},
        HONEST,
        marks,
        says="unpacking what was handed in takes longer than",
    )


def _lying() -> bytes:
    data = bytearray(zipped({"a.py": b" " * (30 * 2**20)}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<L", 10)
    data[22:26] = struct.pack("<L", 10)
    return bytes(data)


def _twice() -> bytes:
    data = zipped({"ex09_a.py": OWN, "ex09_b.py": "OWNED = 2\n"})
    return data.replace(b"ex09_b.py", b"ex09_a.py")


def _encrypted() -> bytes:
    data = bytearray(zipped({"a.py": OWN}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _unknown_method() -> bytes:
    data = bytearray(zipped({"a.py": OWN}))
    data[8] = 97
    data[data.index(b"PK\x01\x02") + 10] = 97
    return bytes(data)


def _of_bzip2() -> bytes:
    """A member that takes long to unpack, for its size."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.py", bytes(2**21))
    return buffer.getvalue()


def _zip64() -> bytes:
    """The directory says that there are exabytes, in fields of 64 bits."""
    data = zipped({"a.py": OWN})
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = bytearray(data[at:end])
    extra = struct.pack("<HHQQ", 1, 16, 2**60, 2**60)
    entry[20:28] = b"\xff" * 8
    entry[30:32] = struct.pack("<H", len(extra))
    made = bytes(entry) + extra
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(made), at, 0)
    return data[:at] + made + tail
