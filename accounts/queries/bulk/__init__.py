"""Bulk files: their preview, their progress, their lines."""
