"""What can be done with people, roles, factors and sessions."""
