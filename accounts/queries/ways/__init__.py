"""What shows that money moved over a chain, or from hand to hand; what a method allows."""
