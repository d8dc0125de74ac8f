"""How a state begins: an invented world, or the statements of real accounts."""
