"""Run learner code from the grader's side: start the process, talk to it, end it.

This package may use the worker, the wire and the model. It knows no expected values and puts no
results into words.
"""
