"""Finds the ledger accounts that an act needs, and opens those that are not there yet.

Parts of others' transactions: what is opened here stands or falls with the entry it is for.
"""

from datetime import datetime
from uuid import UUID, uuid5

from accounts.ledger.book import Act
from accounts.models import LedgerAccount
from accounts.states import LedgerKind
from backoffice.core import locks
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question

#: Everything the books do gets its key from what it is about, so that it happens once.
BOOKS = UUID("5f1c0ea4-3c2b-5b0e-9a55-6d2f6a7c1d10")
PATIENCE_MS = 8_000
OF_ENTITY = Question(
    lambda kind, legal_entity_id, currency: LedgerAccount.objects.filter(
        kind=kind,
        legal_entity_id=legal_entity_id,
        currency=currency,
        trading_account__isnull=True,
        payment_method__isnull=True,
        bank_account__isnull=True,
    ),
    str,
    int,
    str,
)


def lock_money(account_id: int) -> None:
    """Hold the money of one trading account until the transaction ends; Later when it is busy."""
    locks.advisory(f"accounts.money.{account_id}", timeout_ms=PATIENCE_MS)


def lock_sources(client_id: int) -> None:
    """Hold what a client's sources are owed until the transaction ends; Later when it is busy."""
    locks.advisory(f"accounts.sources.{client_id}", timeout_ms=PATIENCE_MS)


def account_of(
    kind: LedgerKind, *, legal_entity_id: int, currency: str, now: datetime, **of: int
) -> LedgerAccount:
    """Return the ledger account of an entity; `of`: account, method, bank account or client."""
    known = _find(kind, legal_entity_id, currency, of)
    if known is not None:
        return known
    locks.advisory(f"accounts.chart.{kind}.{legal_entity_id}.{currency}", timeout_ms=PATIENCE_MS)
    return _find(kind, legal_entity_id, currency, of) or LedgerAccount.objects.create(
        kind=kind, legal_entity_id=legal_entity_id, currency=currency, opened_at=now, **of
    )


def act_of(name: str, *, purpose: str, reference: str, actor: Actor, now: datetime) -> Act:
    """Return what an entry tells of itself; the same name is the same entry, for ever."""
    key = uuid5(BOOKS, name)
    return Act(key=key, purpose=purpose, reference=reference, actor=actor, now=now)


def _find(
    kind: LedgerKind, legal_entity_id: int, currency: str, of: dict[str, int]
) -> LedgerAccount | None:
    if not of:
        return OF_ENTITY.first(kind, legal_entity_id, currency)
    found = LedgerAccount.objects.filter(
        kind=kind, legal_entity_id=legal_entity_id, currency=currency
    )
    nothing = dict.fromkeys(
        ("trading_account_id", "payment_method_id", "bank_account_id", "client_id")
    )
    wanted = {**nothing, **of}
    for name, value in wanted.items():
        found = found.filter(**({name: value} if value else {f"{name[:-3]}__isnull": True}))
    return found.first()
