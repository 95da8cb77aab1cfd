"""Grading in a container that a platform starts for each submission: what is packed, what runs."""
