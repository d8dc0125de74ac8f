"""Bulk files of balance operations: what stands in one. Pure."""
