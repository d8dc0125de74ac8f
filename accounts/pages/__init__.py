"""Doors of the staff to money."""
