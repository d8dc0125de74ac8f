"""The doors for machines: the time."""
