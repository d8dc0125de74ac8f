"""Kill runs of withdrawals: processes die under load, and money still moves exactly once."""
