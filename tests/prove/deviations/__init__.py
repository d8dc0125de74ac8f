"""Deviations between MetaTrader and the books, made on purpose among clean operations."""
