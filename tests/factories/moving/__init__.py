"""Money that moves between places of clients."""
