"""Who comes first: rows in key order, and locks by name with a timeout."""

from backoffice.core.locks.by_name import advisory, alone, try_advisory
from backoffice.core.locks.by_row import rows

__all__ = ["advisory", "alone", "rows", "try_advisory"]
