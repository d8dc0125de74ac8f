"""What can be done about a dangerous act: ask, vote, take back, carry out."""
