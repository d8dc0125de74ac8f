"""HTML from a pattern and values, several times as fast as Django's `format_html`: for table cells.

The rule is the same: what is marked as safe stays as it is, everything else is escaped.
"""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString


def escaped(value: object) -> str:
    """Return a value's text, escaped unless it is marked as safe."""
    if value.__class__ is SafeString:
        return value
    if value.__class__ is str:  # what most cells are: spared the look for a mark
        return escape(value)
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


def html(pattern: str, *values: object) -> SafeString:
    """Return the pattern with its {} filled in. The pattern itself is never made of input."""
    return SafeString(pattern.format(*map(escaped, values)))


def joined(parts: Iterable[object]) -> SafeString:
    """Return the parts one after the other."""
    return SafeString("".join(map(escaped, parts)))
