"""Grade on Gradescope without otter: an autograder that always writes results."""
