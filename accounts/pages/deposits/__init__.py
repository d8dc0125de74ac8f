"""Doors of the staff to deposits."""
