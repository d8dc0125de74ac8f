"""Simulated days: everything happens to a server, everything fails, and the mirror is its book."""
