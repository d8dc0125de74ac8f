"""Doors of the staff to the market."""
