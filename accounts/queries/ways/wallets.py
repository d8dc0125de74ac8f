"""A client's wallet as the checks of a withdrawal look at it: no margin, no prices, the books."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, Sum

from accounts.calc.checks import Audit, Figures, Moved
from accounts.ledger import balances
from accounts.models import LedgerAccount, Posting
from accounts.states import LedgerKind, Phase
from crm.queries import known

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Purse:
    """What the checks are told of a wallet, in place of an account's figures."""

    figures: Figures
    audit: Audit
    moved: Moved


def purse_of(client_id: int, currency: str, *, now: datetime) -> Purse:
    """Return what is in a client's wallet; one that was never opened holds nothing."""
    client = known.get_client(client_id)
    wallet = LedgerAccount.objects.filter(
        kind=LedgerKind.CLIENT_WALLET,
        client_id=client_id,
        currency=currency,
        legal_entity_id=None if client is None else client.legal_entity_id,
    ).first()
    posted = available = reserved = came = went = NOTHING
    if wallet is not None:
        told = balances.of(wallet)
        posted, available, reserved = told.posted, told.available, told.reserved
        sums = Posting.objects.filter(account=wallet, phase=Phase.POSTED).aggregate(
            came=Sum("amount", filter=Q(amount__lt=0)), went=Sum("amount", filter=Q(amount__gt=0))
        )
        came, went = -(sums["came"] or NOTHING), sums["went"] or NOTHING
    return Purse(
        figures=Figures(
            balance=posted,
            credit=NOTHING,
            equity=posted,
            margin=NOTHING,
            free_margin=posted,
            margin_call_percent=NOTHING,
            is_quiet=True,
            figures_at=now,
        ),
        audit=Audit(
            expected=posted,
            balance=posted,
            in_flight=NOTHING,
            available=available,
            reserved=reserved,
        ),
        moved=Moved(came=came, went=went),
    )
