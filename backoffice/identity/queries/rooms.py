"""Permissions by room, as people read them: the first part of a code is a room of the house."""

from django.utils.translation import gettext as _

from backoffice.core import permissions
from backoffice.core.words import noop

#: The rooms above this one are known by name only.
ROOMS = {
    "accounts": noop("Money"),
    "approvals": noop("Approvals"),
    "audit": noop("Audit log"),
    "company": noop("Company"),
    "crm": noop("Clients"),
    "identity": noop("Staff and roles"),
    "machines": noop("Integrations"),
    "trading": noop("Trading accounts"),
}


def word_of(room: str) -> str:
    """Return a room's word; one that has none is called as in the code."""
    return _(ROOMS[room]) if room in ROOMS else room


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every permission as a choice, grouped by room, rooms by their word."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for one in permissions.all():
        room = word_of(one.code.partition(".")[0])
        grouped.setdefault(room, []).append((one.code, _(one.label)))
    return sorted(grouped.items())
