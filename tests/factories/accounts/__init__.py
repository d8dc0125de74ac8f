"""Accounts of nobody, and commands about accounts."""
