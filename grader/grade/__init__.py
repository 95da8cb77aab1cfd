"""Drive one submission, then a class, through the other rooms by a plan.

Decides what is graded again, by which workers, into which folder; knows no course folder.
"""
