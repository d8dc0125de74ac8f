"""What can be done in the market; one module per process."""
