"""How our operations are found again in MetaTrader: the marker in the comment."""
