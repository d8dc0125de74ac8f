"""What can be asked about the health of the house."""
