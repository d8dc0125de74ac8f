"""What can be done with the company's settings."""
