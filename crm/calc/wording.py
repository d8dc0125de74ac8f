"""A letter's text with its blanks filled in. Pure.

Blanks are `$name` and `${name}`, as in Python's `string.Template`. Only plain texts fill them, so
that whoever words a letter can reach nothing beyond what is meant for the client.
"""

from collections.abc import Mapping
from string import Template

LONGEST_SUBJECT = 200


def filled(text: str, told: Mapping[str, str]) -> str:
    """Return the text with what is told in its blanks; a blank that nobody knows stays as it is."""
    return Template(text).safe_substitute(told)


def one_line(text: str) -> str:
    """Return a subject: one line, of a length that every mail program shows."""
    return " ".join(text.split())[:LONGEST_SUBJECT]
