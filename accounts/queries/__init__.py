"""What can be asked about money."""
