"""Withdrawals a second, beside a bare loop that makes the same commits, flushes and round trips."""
