"""What can be done with integrations, and what a call leaves behind."""
