"""Make a static web site of a course: its notebooks run in the learner's browser."""
