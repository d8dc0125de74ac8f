"""The doors of signing in, leaving, and one's own screen."""
