"""The doors for machines: payments."""
