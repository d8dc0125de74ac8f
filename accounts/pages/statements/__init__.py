"""Statements of a client: the page, and the two files."""
