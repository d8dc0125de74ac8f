"""What can be asked about people and roles."""
