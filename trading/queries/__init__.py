"""What can be asked of the market."""
