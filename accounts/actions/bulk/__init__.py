"""Bulk files of balance operations: taken, agreed to, carried out line by line, paused, resumed."""
