"""The queue page over a million payments."""
