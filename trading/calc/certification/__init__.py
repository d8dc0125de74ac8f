"""How much of a printed statement our sums reproduce, found out from the statement alone."""
