"""Verifies that our copy of a server is the server's own book, and mends it where it is not."""
