"""Sums about payments: pure, no database."""
