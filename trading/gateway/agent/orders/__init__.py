"""The commands as the gate sends them: looked at before, sent once, read back."""
