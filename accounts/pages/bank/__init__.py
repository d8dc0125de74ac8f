"""Doors of the staff to our bank accounts."""
