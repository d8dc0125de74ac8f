"""What the access matrix stands on."""
