"""What a user is told when something is refused."""

from __future__ import annotations

import pytest

from grader.errors import CourseError, SubmissionError, UsageError


def told(action, *arguments, **options):
    """What an action says is wrong."""
    with pytest.raises((UsageError, CourseError, SubmissionError)) as caught:
        action(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message.strip()
    return message


def written(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(data)
    return path
