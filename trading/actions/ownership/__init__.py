"""Giving many accounts to clients at once, and taking that back."""
