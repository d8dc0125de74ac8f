"""Tables that only grow."""

from backoffice.core.growing.rows import AppendOnly, AppendOnlyModel, ReadOnlyRows

__all__ = ["AppendOnly", "AppendOnlyModel", "ReadOnlyRows"]
