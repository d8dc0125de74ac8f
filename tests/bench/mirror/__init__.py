"""The mirror: its first load, its memory, and the lag of changes."""
