"""Gradescope without otter: an autograder that installs in seconds and always writes results."""
