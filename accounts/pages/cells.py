"""Cells that lists of money share, drawn without templates: there are hundreds on a page."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.queries.payments import Colours
from backoffice.ui import marks, tables
from backoffice.ui.drawing.markup import html, joined


class Client(tables.Column):
    """The client's name as the row's link; under it login, server and method."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw both lines."""
        name, account = record.client.full_name, record.account
        return html(
            '<span class="name"><a href="{}" data-row title="{}">{}</a></span>'
            '<span class="sub">{} · {} · {}</span>',
            table.url,
            name,
            name,
            account.login,
            account.server.name,
            record.method.name,
        )


def checks(value: Colours) -> SafeString:
    """Draw how many checks there are of each colour: a shape, the count, and the word."""
    told = [
        ("red", "stopped", value.red, _("red")),
        ("amber", "uncertain", value.unknown, _("not known")),
        ("amber", "needs", value.amber, _("amber")),
        ("green", "done", value.green, _("green")),
    ]
    parts = (
        html(
            '<span class="check-{}">{}{}<span class="visually-hidden"> {}</span></span>',
            tone,
            marks.icon(shape),
            count,
            word,
        )
        for tone, shape, count, word in told
        if count or tone == "green"
    )
    return html('<span class="checks">{}</span>', joined(parts))
