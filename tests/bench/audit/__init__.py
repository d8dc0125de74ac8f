"""What the audit log costs, and what it proves in a second."""
