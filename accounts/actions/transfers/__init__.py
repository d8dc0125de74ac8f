"""Transfers: asked for, carried through MetaTrader leg by leg, followed, sent back."""
