"""Transfers: which stand where, what one page shows, what is free, at which rate."""
