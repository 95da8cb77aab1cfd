"""Make zip archives whose bytes depend on nothing but the files in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

# The earliest time that a zip archive can hold.
EPOCH = (1980, 1, 1, 0, 0, 0)
FILE, PROGRAM = 0o100644, 0o100755


def archive_of(files: Mapping[str, bytes], *, programs: Iterable[str] = ()) -> bytes:
    """Make a zip archive of these files, by name; those in `programs` are executable."""
    buffer = io.BytesIO()
    executable = set(programs)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (PROGRAM if name in executable else FILE) << 16
            archive.writestr(member, data)
    return buffer.getvalue()
