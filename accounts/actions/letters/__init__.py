"""Letters to clients about their money: one for each piece of news that is theirs."""
