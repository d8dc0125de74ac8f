"""One writer for every download."""

from backoffice.ui.downloads.comma import csv

__all__ = ["csv"]
