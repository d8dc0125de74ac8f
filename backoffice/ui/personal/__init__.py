"""How a page of the personal area is made."""
