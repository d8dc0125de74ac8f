"""Doors of the staff to people."""
