"""What lists of a million rows ask: several ways to a row, and the foot."""
