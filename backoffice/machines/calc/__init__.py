"""Sums: keys and networks as people type them."""
