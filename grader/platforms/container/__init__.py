"""Grade one submission in a container that a platform starts: pack the course, grade by it."""
