"""Grade one submission in a container that a platform starts for it: what is packed, what runs."""
