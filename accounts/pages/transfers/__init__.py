"""Transfers as staff see them."""
