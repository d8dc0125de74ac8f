"""The house: what every app stands on, and the composition root."""
