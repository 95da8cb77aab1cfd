"""Read a line of results with msgspec's own wheel, in a Pyodide for which there is no NumPy."""

import sys
from unittest.mock import MagicMock

import msgspec

sys.modules["numpy"] = MagicMock()  # imported on the way, and not used

from grader.model import SubmissionResult, Verdict  # noqa: E402

with open("/mounted/results.jsonl", "rb") as file:  # noqa: PTH123  # as short as can be
    data = file.read().strip()
result = msgspec.json.decode(data, type=SubmissionResult)
assert msgspec.json.encode(result) == data
print(sys.platform, result.student, result.functions[0].verdict is Verdict.PASSED)
