"""The mirror: MetaTrader's records into PostgreSQL, in bulk, and any number of times."""
