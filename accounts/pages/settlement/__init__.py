"""Settlements of providers: handed in, looked at, imported; what stands on their clearing."""
