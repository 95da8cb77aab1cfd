"""The tests, by the rooms of the grader; what several share is in support/."""

import pytest

# So that an assertion of a helper, too, tells what it saw.
pytest.register_assert_rewrite("tests.support")
