"""Run learner code, in a process that holds no reference, no expected value and no grading.

Imports itself and `grader.wire`, and nothing else of ours.
"""
