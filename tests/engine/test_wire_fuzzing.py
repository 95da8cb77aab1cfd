"""Frames that no honest process sends: each gives a message or WireError, quickly."""

from __future__ import annotations

import importlib.util
import sys

from tests.support.course import ROOT

FRAMES = 60_000


def fuzzer():
    """The module of benchmarks/, which a million frames are fed by."""
    (path,) = (ROOT / "benchmarks").rglob("fuzz_wire.py")
    spec = importlib.util.spec_from_file_location("fuzz_wire", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_of_any_bytes_the_decoder_makes_a_message_or_one_error_quickly():
    report = fuzzer().fuzz(FRAMES, seed=1)
    assert report.failures == ()
    assert report.accepted > FRAMES / 20
    assert report.refused > FRAMES / 2
    assert report.slowest_s < 5
    assert report.grown_mib < 100
