"""Whether our copy is the server's book: both sides side by side, in the order of their keys."""
