"""A dispute's acts: suspected, opened, answered, ended; its money set aside and taken."""
