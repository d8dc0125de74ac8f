"""Sums about people: the keys by which two records are recognised as the same person."""
