"""Other people's systems that run this grader: containers, Gradescope, otter-grader, a Dask cluster. May use every room but the command line."""
