"""The attacks use names that exist: with a stale name one would fail before it attacks anything."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

MODULES = {
    "wire": import_module("grader.wire"),
    "child": import_module("grader.worker.child"),
    "zygote": import_module("grader.worker.zygote"),
    "loading": import_module("grader.worker.loading"),
}
NAME = re.compile(rf"\b({'|'.join(MODULES)})\.([A-Za-z_]\w*)")
FILES = sorted((Path(__file__).parent / "code").glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_name_of_the_worker_that_an_attack_uses_exists(path):
    uses = NAME.findall(path.read_text(encoding="utf-8"))
    missing = {f"{module}.{name}" for module, name in uses if not hasattr(MODULES[module], name)}
    assert missing == set()
