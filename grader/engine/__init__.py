"""Our side of the wall: start a learner's process, talk to it, end it.

May use the worker, the wire and the model; knows no learner's words and no expected value.
"""
