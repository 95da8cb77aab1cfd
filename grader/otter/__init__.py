"""otter-grader: notebooks and autograders that it takes, graded by us. It is imported when used."""
