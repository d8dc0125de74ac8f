"""Settlements of providers: handed in, looked at, taken into the books, compared with them."""
