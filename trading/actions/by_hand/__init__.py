"""Money commands that people book in the MT4 Manager for us."""
