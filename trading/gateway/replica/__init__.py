"""A MetaTrader server read from the broker's SQL replica of it: questions only, never a command."""
