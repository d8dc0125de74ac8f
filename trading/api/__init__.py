"""The doors for machines: accounts, what is on them, what is asked about them."""
