"""What a learner runs on their own machine: check, watch, start.

Importing it loads neither the process that runs code nor a database.
"""
