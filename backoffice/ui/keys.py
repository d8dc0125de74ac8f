"""The keyboard as one table: what `?` shows is what the script obeys."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

VIEWS = range(1, 7)
CHECKS = (1, 2, 3, 5, 9)  # those of the approval page that one digit names


@dataclass(frozen=True)
class Key:
    """One key or pair of keys, what it does for the reader, and the act of app.js it runs."""

    keys: str
    label: Any
    act: str
    to: str = ""

    @property
    def shown(self) -> list[str]:
        """Return the keys one by one, as they are drawn."""
        return self.keys.split(" ")


@dataclass(frozen=True)
class Group:
    """Keys that belong together, under one title."""

    title: str
    keys: tuple[Key, ...]


def groups(places: Iterable[tuple[str, Any, str]]) -> list[Group]:
    """Return the map; `places` are (letter, label, address) of the menu, reached by `g`."""
    return [
        Group(
            _("Go to"), tuple(Key(f"g {letter}", label, "go", url) for letter, label, url in places)
        ),
        Group(_("Lists"), _lists()),
        Group(_("Decision"), _decision()),
        Group(_("Everywhere"), _everywhere()),
    ]


def _everywhere() -> tuple[Key, ...]:
    return (
        Key("/", _("Search in this page"), "search"),
        Key("?", _("This list"), "help"),
        Key("p", _("Pause live figures, and go on"), "pause"),
        Key("y", _("Copy the address of this page"), "link"),
        Key("⇧T", _("Theme: system, light, dark"), "theme"),
        Key("⇧D", _("Density"), "density"),
        Key("⇧B", _("Fold the sidebar"), "sidebar"),
    )


def _decision() -> tuple[Key, ...]:
    return (
        Key(
            "a", _("Approve, send, confirm or settle: opens it (⌘↵ carries it out)"), "decide", "a"
        ),
        Key("r", _("Reject or decline: opens it (⌘↵ carries it out)"), "decide", "r"),
        Key("w", _("Wait for the client, or go on: opens it"), "decide", "w"),
        Key("u", _("Undo, while it is possible: opens it"), "decide", "u"),
        *(
            Key(
                str(number),
                _("Evidence of check %(number)d") % {"number": number},
                "check",
                str(number),
            )
            for number in CHECKS
        ),
        Key("⇧J", _("Next in the queue"), "queue-next"),
        Key("⇧K", _("Previous in the queue"), "queue-previous"),
    )


def _lists() -> tuple[Key, ...]:
    return (
        Key("j", _("Next row (↵ opens it)"), "row-next"),
        Key("k", _("Previous row"), "row-previous"),
        Key("x", _("Choose the row (⌘A chooses all on the page)"), "choose"),
        Key("f", _("Add a filter; on a decision: find in MetaTrader"), "filter"),
        Key("n", _("Older rows"), "older"),
        Key("b", _("Newer rows"), "newer"),
        *(
            Key(f"v {number}", _("View %(number)d") % {"number": number}, "view", str(number))
            for number in VIEWS
        ),
    )
