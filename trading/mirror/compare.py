"""What differs between the server's key snapshots and our mirror."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from trading.models import BalanceRecord, Deal, Position, TradingAccount


@dataclass(frozen=True, slots=True)
class Missing:
    """An open ticket of ours that is not on the server's open list."""

    ticket: int
    login: int
    account_id: int
    cmd: int
    symbol: str
    volume_hundredths: int
    opened_at: datetime


def missing_tickets(
    server_id: int, on_server: Iterable[int], asked_at: datetime
) -> tuple[Missing, ...]:
    """Return our open tickets that left the server's open set: each was closed or deleted.

    Rows written after the question was asked are newer than the answer, and passed over.
    """
    there = set(on_server)
    ours = Position.objects.filter(server_id=server_id, mirrored_at__lt=asked_at)
    gone = [one for one in ours.values_list("ticket", flat=True).iterator() if one not in there]
    return our_tickets(server_id, gone)


def unknown_tickets(server_id: int, on_server: Iterable[int]) -> frozenset[int]:
    """Return the tickets that are open on the server and not with us: news of them was lost."""
    ours = Position.objects.filter(server_id=server_id).values_list("ticket", flat=True)
    return frozenset(on_server).difference(ours.iterator())


def our_tickets(server_id: int, tickets: Iterable[int]) -> tuple[Missing, ...]:
    """Return our open tickets among these."""
    return tuple(_tickets(Position.objects.filter(server_id=server_id, ticket__in=set(tickets))))


def _tickets(ours: QuerySet[Position]) -> Iterator[Missing]:
    columns = ("cmd", "symbol", "volume_hundredths", "opened_at")
    rows = ours.values_list("ticket", "account__login", "account_id", *columns)
    return (Missing(*row) for row in rows.iterator())


@dataclass(frozen=True, slots=True)
class LoginDifference:
    """Logins that the server has and we lack, that it lost, and that came back."""

    unknown: frozenset[int]
    lost: frozenset[int]
    back: frozenset[int]


def compare_logins(server_id: int, on_server: Iterable[int], asked_at: datetime) -> LoginDifference:
    """Return how the server's logins differ from ours, as of the moment of the question."""
    there = frozenset(on_server)
    ours = TradingAccount.objects.filter(server_id=server_id).values_list(
        "login", "closed_on_server", "mirrored_at"
    )
    known, lost, back = set(), set(), set()
    for login, closed, mirrored_at in ours.iterator():
        known.add(login)
        if login in there and closed:
            back.add(login)
        elif login not in there and not closed and mirrored_at < asked_at:
            lost.add(login)
    return LoginDifference(there - known, frozenset(lost), frozenset(back))


def mark_logins(server_id: int, difference: LoginDifference) -> None:
    """Say which accounts are gone from the server, and which are back. Nothing is deleted."""
    accounts = TradingAccount.objects.filter(server_id=server_id)
    if difference.lost:
        accounts.filter(login__in=difference.lost).update(closed_on_server=True)
    if difference.back:
        accounts.filter(login__in=difference.back).update(closed_on_server=False)


def rows_held(server_id: int) -> dict[str, int]:
    """Return how many rows the mirror holds of a server, by the fields of its state."""
    models = {
        "accounts_held": TradingAccount,
        "open_held": Position,
        "closed_held": Deal,
        "money_held": BalanceRecord,
    }
    return {
        name: model._default_manager.filter(server_id=server_id).count()
        for name, model in models.items()
    }
