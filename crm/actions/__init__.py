"""What can be done with clients."""
