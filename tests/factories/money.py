"""Makes what the books need: a login with its ledger accounts, and the house's side of them."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from accounts.ledger import book
from accounts.models import LedgerAccount
from accounts.states import LedgerKind
from backoffice.company.models import LegalEntity
from backoffice.core.actors import Actor
from trading.models import Group, Server, TradingAccount

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
WALL = datetime(2026, 3, 4, 12, 0)  # noqa: DTZ001 – a server time has no zone


def a_login(login: int = 5001, *, currency: str = "USD") -> TradingAccount:
    """A login of the server live-1, bound to nobody."""
    server, _ = Server.objects.get_or_create(
        code="live-1",
        defaults={
            "name": "Live 1",
            "kind": "live",
            "timezone": "Europe/Athens",
            "agent_url": "http://127.0.0.1:1",
        },
    )
    group, _ = Group.objects.get_or_create(
        server=server,
        name=f"std-{currency.lower()}",
        defaults={
            "currency": currency,
            "margin_call_percent": 100,
            "stop_out_percent": 50,
            "mirrored_at": NOW,
        },
    )
    return TradingAccount.objects.create(
        server=server,
        login=login,
        group=group,
        currency=currency,
        leverage=100,
        balance=Decimal(0),
        credit=Decimal(0),
        previous_balance=Decimal(0),
        registered_at=NOW,
        registered_server_time=WALL,
        mirrored_at=NOW,
    )


def a_ledger_account(
    kind: LedgerKind, *, login: TradingAccount | None = None, currency: str = "USD"
) -> LedgerAccount:
    """An account of the books, of the one legal entity of the tests."""
    entity, _ = LegalEntity.objects.get_or_create(
        code="cy",
        defaults={"name": "Example Ltd", "jurisdiction": "CY", "timezone": "Asia/Nicosia"},
    )
    return LedgerAccount.objects.create(
        kind=kind, legal_entity=entity, currency=currency, trading_account=login, opened_at=NOW
    )


def an_act(reference: str = "payment:1", **fields: object) -> book.Act:
    """What an entry tells of itself, under a fresh key."""
    known: dict[str, object] = {
        "key": uuid4(),
        "purpose": "withdrawal",
        "reference": reference,
        "actor": Actor.system("test"),
        "now": NOW,
    }
    return book.Act(**{**known, **fields})  # type: ignore[arg-type]
