"""Run this grader on other systems: containers, Gradescope, otter-grader, Dask.

This room may use every other one, except the command line.
"""
