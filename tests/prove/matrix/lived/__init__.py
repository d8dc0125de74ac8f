"""The movements that the matrix lives, and what people press in them."""
