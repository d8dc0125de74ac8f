"""Questions about disputes: the list, one case, its evidence, how many there are."""
