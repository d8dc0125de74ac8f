"""Cells that lists of money share, drawn without templates: there are hundreds on a page."""

from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.queries.payments import Colours
from backoffice.core.words import noop
from backoffice.ui import marks, tables
from backoffice.ui.drawing.markup import html, joined

CHECK = '<span class="check-{}">{}{}<span class="visually-hidden"> {}</span></span>'


class Client(tables.Column):
    """The client's name as the row's link; under it wallet or login, server and method."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw both lines."""
        name, account = record.client.full_name, record.account
        is_wallets = getattr(record, "from_wallet", False) or getattr(record, "into_wallet", False)
        wallet = _("wallet %(currency)s") % {"currency": record.currency} if is_wallets else ""
        return html(
            '<span class="name"><a href="{}" data-row title="{}">{}</a></span>'
            '<span class="sub">{}{} · {} · {}</span>',
            table.url,
            name,
            name,
            f"{wallet} · " if wallet else "",
            account.login,
            account.server.name,
            record.method.name,
        )


#: Tone, shape, the colour's name in `Colours`, its word.
SHAPES = (
    ("red", "stopped", "red", noop("red")),
    ("amber", "uncertain", "unknown", noop("not known")),
    ("amber", "needs", "amber", noop("amber")),
    ("green", "done", "green", noop("green")),
)


def checks(value: Colours) -> SafeString:
    """Draw how many checks there are of each colour: a shape, the count, and the word."""
    return _checks(value, get_language() or "")


@lru_cache(maxsize=1000)
def _checks(value: Colours, language: str) -> SafeString:
    """Draw them once for a language: of so few checks there are few different counts."""
    counts = ((tone, shape, getattr(value, name), word) for tone, shape, name, word in SHAPES)
    parts = (
        html(CHECK, tone, marks.icon(shape), count, _(word))
        for tone, shape, count, word in counts
        if count or tone == "green"
    )
    return html('<span class="checks">{}</span>', joined(parts))
