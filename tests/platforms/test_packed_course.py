"""A packed course that is none: said in a sentence."""

import msgspec
import pytest

from grader.course.folder import course_of
from grader.errors import UsageError
from grader.platforms.container import pack
from tests.support.documents import write_toy
from tests.support.refusals import written


class TestAPackedCourse:
    def test_that_is_none(self, tmp_path):
        path = written(tmp_path / "course.msgpack", b"nothing")
        with pytest.raises(UsageError, match="is not a packed course"):
            pack.read_pack(path)
        with pytest.raises(UsageError, match=r"cannot read .*none"):
            pack.read_pack(tmp_path / "none")

    def test_of_another_version(self, tmp_path):
        course = course_of(write_toy(tmp_path))
        whole = msgspec.msgpack.decode(pack.packed(course, pack.Settings()), type=pack.Pack)
        assert whole.plan.references
        older = msgspec.structs.replace(whole, version="0.0.7")
        path = written(tmp_path / "course", msgspec.msgpack.encode(older))
        with pytest.raises(UsageError, match=r"by version 0\.0\.7, .*make the autograder again"):
            pack.read_pack(path)
