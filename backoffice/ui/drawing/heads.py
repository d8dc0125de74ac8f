"""The heads of a table: a word each, and a link where sorting by it is fast.

Drawn here and not by a fragment of their own: every list page has eight of them.
"""

from collections.abc import Collection
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString

from backoffice.ui import marks
from backoffice.ui.drawing.markup import html, joined

NOTHING = SafeString("")
ROLE = SafeString(' role="columnheader"')


def heads(table: Any, sort: str, sorts: Collection[str], query: QueryDict) -> SafeString:
    """Return every head of the table; `sort` is the order in force, `sorts` are those on offer."""
    rest = query.copy()
    for name in ("after", "before"):
        rest.pop(name, None)
    role = ROLE if table.cards else NOTHING
    return joined(
        html(
            '<th scope="col" class="{}"{}{}>{}</th>\n',
            f"first {column.column.css}" if at == 0 else column.column.css,
            role,
            _way(column.column.sort, sort),
            _word(column, sort, sorts, rest),
        )
        for at, column in enumerate(table.columns)
    )


def _way(name: str, sort: str) -> SafeString:
    """Return in which direction the rows are sorted by this column, if they are."""
    if not name or sort not in (name, f"-{name}"):
        return NOTHING
    return html(' aria-sort="{}"', "ascending" if sort == name else "descending")


def _word(column: Any, sort: str, sorts: Collection[str], rest: QueryDict) -> object:
    """Return the head's word; where sorting is on offer, as the link that sorts or turns round."""
    up, down = column.column.sort, f"-{column.column.sort}"
    if not up or (up not in sorts and down not in sorts):
        return column.header
    rest["sort"] = down if sort == up or (sort != down and up not in sorts) else up
    mark = {up: "sort-up", down: "sort-down"}.get(sort)
    icon = marks.icon(mark) if mark else NOTHING
    return html('<a href="{}">{}{}</a>', f"?{rest.urlencode()}", column.header, icon)
