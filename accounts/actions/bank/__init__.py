"""What the house does with its bank accounts: statements taken in, rows put to their use."""
