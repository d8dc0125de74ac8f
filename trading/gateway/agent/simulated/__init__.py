"""The engine that speaks to the simulated MetaTrader."""
