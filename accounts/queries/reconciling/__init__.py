"""Questions about what differs from MetaTrader."""
