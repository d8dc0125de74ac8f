"""Bulk files of balance operations, on pages."""
