"""Sums of the identity room: pure."""
