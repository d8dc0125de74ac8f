"""Questions about corrections, credits and reversals."""
