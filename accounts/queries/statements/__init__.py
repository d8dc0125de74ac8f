"""Statements: what moved on a client's accounts of the books, between two balances."""
