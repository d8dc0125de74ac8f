"""Whose an account may be: suggestions with their evidence, and who is new."""
