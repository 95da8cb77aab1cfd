"""otter-grader: notebooks and autograders that it takes, graded by this engine."""
