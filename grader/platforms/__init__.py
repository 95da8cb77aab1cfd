"""Other people's systems that run this grader: containers, Gradescope, otter-grader, Dask.

May use every room but the command line.
"""
