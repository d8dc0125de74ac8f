"""Simulated MetaTraders in this process: asked as over their socket, and lived on by a crowd."""
