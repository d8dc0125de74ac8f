"""Finding rows by what people read off MetaTrader's screens: a ticket, a login."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from trading.models import Server, TradingAccount
from trading.models.ticket import TICKETS_PER_SERVER, ticket_key

Row = TypeVar("Row", bound=Model)


def by_ticket(rows: QuerySet[Row], text: str) -> QuerySet[Row]:
    """Return the rows of this ticket on any server; all of them where nothing is asked."""
    if not text:
        return rows
    number = _number(text)
    if number is None or number >= TICKETS_PER_SERVER:
        return rows.none()
    servers = Server.objects.values_list("id", flat=True)
    return rows.filter(pk__in=[ticket_key(server_id, number) for server_id in servers])


def by_login(rows: QuerySet[TradingAccount], text: str) -> QuerySet[TradingAccount]:
    """Return the accounts of this login on any server; all of them where nothing is asked."""
    if not text:
        return rows
    number = _number(text)
    return rows.none() if number is None or number >= 2**63 else rows.filter(login=number)


def _number(text: str) -> int | None:
    figures = text.strip().removeprefix("#")
    is_number = figures.isascii() and figures.isdecimal() and len(figures) < 20
    return int(figures) if is_number else None
