"""What can be done with the record of what was done."""
