"""Money over a chain and from hand to hand; what a method allows, and its promise."""
