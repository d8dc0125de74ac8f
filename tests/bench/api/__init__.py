"""What `make bench ONLY=api` measures."""
