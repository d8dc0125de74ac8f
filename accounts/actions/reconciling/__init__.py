"""Comparing the books with MetaTrader: many accounts at once, and what people agree about it."""
