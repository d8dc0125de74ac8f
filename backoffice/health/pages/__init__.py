"""Doors: the footer, the status page, the morning, and what machines ask."""
