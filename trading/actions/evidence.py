"""What MetaTrader and its agent show now about a money command that a person has to decide on."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backoffice.core.errors import Later
from trading.actions import looking_up
from trading.actions.balance import terms_of
from trading.actions.gateways import gateway_of
from trading.gateway.errors import GatewayError
from trading.gateway.port import Gateway
from trading.models import BalanceAttempt, BalanceOperation, BalanceRecord, TradingAccount
from trading.terms import Cmd, TradeRecord


class NoAnswer(Later):
    """MetaTrader or its agent does not answer; nothing was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One record that carries the marker, or that our mirror has. `is_it`: exactly what we asked.

    `source` says who showed it: "metatrader", or "mirror" (our copy).
    """

    ticket: int
    login: int
    amount: Decimal
    comment: str
    at: datetime
    is_it: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found at one moment, and whether anything of the command can still leave or show up.

    `settles_at`: until then a record may still appear. `journal_is_same`: the agent's journal is
    that of the latest attempt.
    """

    at: datetime
    records: tuple[Found, ...]
    journal_id: str
    journal_is_same: bool
    connection: int
    closed_at: datetime | None
    settles_at: datetime | None

    def kept(self) -> dict[str, Any]:
        """Return it as it is stored with a decision."""
        told = asdict(self)
        told["records"] = [
            {name: str(value) for name, value in one.items()} for one in told["records"]
        ]
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in told.items()
        }


def gather(*, operation_id: int, now: datetime, closing: bool = True) -> Evidence:
    """Ask MetaTrader by the marker; NoAnswer when it is silent. Call it with no transaction open.

    `closing`: first close the latest attempt at the gate, so that nothing of it can leave any more.
    """
    operation = BalanceOperation.objects.select_related("account__server").get(pk=operation_id)
    attempt = BalanceAttempt.objects.filter(operation=operation).order_by("-number").first()
    try:
        gateway = gateway_of(operation.account.server)
        if closing and attempt is not None:
            looking_up.close(gateway, operation, attempt, now)
        return _asked(gateway, operation, attempt, now)
    except GatewayError as silence:
        sentence = _("MetaTrader does not answer now, so nothing can be proved: %(words)s")
        raise NoAnswer(sentence % {"words": silence}) from silence


def credit_taken_by_server(*, account_id: int, ticket: int, since: datetime, now: datetime) -> bool:
    """Say whether the server itself took a credit of ours out again, as one does at its value date.

    Such a record takes credit and names the ticket of what was given in its comment. NoAnswer when
    MetaTrader is silent. Call it with no transaction open.
    """
    account = TradingAccount.objects.select_related("server").get(pk=account_id)
    try:
        gateway = gateway_of(account.server)
        records = gateway.history(
            login=account.login, start=since - looking_up.AROUND, end=now + looking_up.AROUND
        )
    except GatewayError as silence:
        sentence = _("MetaTrader does not answer now, so nothing can be proved: %(words)s")
        raise NoAnswer(sentence % {"words": silence}) from silence
    return any(
        record.cmd is Cmd.CREDIT and record.profit < 0 and f"#{ticket}" in record.comment.split()
        for record in records
    )


def _asked(
    gateway: Gateway, operation: BalanceOperation, attempt: BalanceAttempt | None, now: datetime
) -> Evidence:
    records = looking_up.search(gateway, operation, now)
    info = gateway.server_info()
    live = [_found(operation, record) for record in records]
    seen = {record.ticket for record in records}
    return Evidence(
        at=now,
        records=(*live, *(one for one in mirrored(operation) if one.ticket not in seen)),
        journal_id=info.journal_id,
        journal_is_same=attempt is None or info.journal_id == attempt.journal_id,
        connection=info.connection_number,
        closed_at=attempt.closed_at if attempt is not None else None,
        settles_at=None if attempt is None else looking_up.settled_at(attempt, terms_of(operation)),
    )


def mirrored(operation: BalanceOperation) -> tuple[Found, ...]:
    """Return what our mirror of the account has with the same amount, or with the marker."""
    records = BalanceRecord.objects.filter(
        account=operation.account_id, recorded_at__gte=operation.created_at - looking_up.AROUND
    ).order_by("-recorded_at", "-id")
    like = [
        row
        for row in records[:200]
        if row.amount == operation.amount or row.comment.startswith(operation.marker)
    ]
    return tuple(_from_mirror(operation, row) for row in like)


def _found(operation: BalanceOperation, record: TradeRecord) -> Found:
    return Found(
        ticket=record.ticket,
        login=record.login,
        amount=record.profit,
        comment=record.comment,
        at=record.opened_at,
        is_it=looking_up.is_it(operation, record),
        source="metatrader",
    )


def _from_mirror(operation: BalanceOperation, row: BalanceRecord) -> Found:
    cmd = looking_up.pocket_of(operation)
    return Found(
        ticket=row.ticket,
        login=operation.account.login,
        amount=row.amount,
        comment=row.comment,
        at=row.recorded_at,
        is_it=Cmd(row.cmd) is cmd and row.amount == operation.amount,
        source="mirror",
    )
