"""Learner code runs here, in a process that holds no reference, expected value or grading code.

Modules of this package import each other and `grader.wire`, and nothing else of the grader.
"""
