"""A bulk file of 5,000 lines, beside a bare loop."""
