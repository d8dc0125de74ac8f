"""What can be asked about the company."""
