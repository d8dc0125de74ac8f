"""Four eyes under random interleavings, by plain SQL as the application's role."""
