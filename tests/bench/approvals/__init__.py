"""What a guarded vote costs beside rows that nobody guards."""
