"""A broker's SQL replica for tests: the server, and what writes into it."""
