"""Make notebooks and autograders for otter-grader, graded by this engine."""
