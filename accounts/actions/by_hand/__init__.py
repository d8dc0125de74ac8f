"""What people settle by hand when MetaTrader left open what became of money."""
