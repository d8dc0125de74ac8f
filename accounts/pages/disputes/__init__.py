"""Doors of the staff to disputes."""
