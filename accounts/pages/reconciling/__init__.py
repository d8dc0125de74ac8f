"""Pages about what differs from MetaTrader."""
