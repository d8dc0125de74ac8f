"""Doors of the staff to corrections, credits and reversals."""
