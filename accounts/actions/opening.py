"""The past of an account in the books: what its opening holds, told deposit by deposit.

The client's side does not move: an import only says of what the opening is made. Money that clients
paid in or took out goes from `opening` to `external`; corrections and credit stay where they are
and are only noted.
"""

from datetime import datetime

from django.db import transaction

from accounts.actions import chart, results
from accounts.events import PastImported
from accounts.ledger import book
from accounts.models import AccountBooks, Entry, PastMovement
from accounts.queries.opening import PastLine, past_of
from accounts.states import LedgerKind, PastKind
from backoffice.core import outbox
from backoffice.core.actors import Actor

CLIENTS_OWN = (PastKind.DEPOSIT, PastKind.WITHDRAWAL)


@transaction.atomic
def import_past(*, account_id: int, actor: Actor, now: datetime) -> int:
    """Open the books of an account where need be, import its past, return how many were new.

    Again and again without effect; NobodysAccount when it belongs to no client.
    """
    chart.lock_money(account_id)
    stand = results.caught_up(account_id=account_id, actor=actor, now=now)
    books, lines = stand.books, past_of(stand.market.mirror)
    for line in lines:
        PastMovement.objects.create(
            books=books,
            ticket=line.ticket,
            kind=line.kind,
            amount=line.amount,
            currency=books.currency,
            moved_at=line.moved_at,
            entry=_post(books, line, actor, now),
            imported_at=now,
        )
    if lines:
        event = PastImported(account_id=account_id, movements=len(lines))
        outbox.emit(event, actor=actor, subjects=[("account", account_id)], now=now)
    return len(lines)


def _post(books: AccountBooks, line: PastLine, actor: Actor, now: datetime) -> Entry | None:
    """Move a client's own money from the opening to where foreign money stands."""
    if line.kind not in CLIENTS_OWN:
        return None
    of = {"legal_entity_id": books.legal_entity_id, "currency": books.currency, "now": now}
    opening = chart.account_of(LedgerKind.OPENING, **of)
    external = chart.account_of(LedgerKind.EXTERNAL, **of)
    act = chart.act_of(
        f"past:{books.pk}:{line.ticket}",
        purpose="past_movement",
        reference=f"account:{books.pk}",
        actor=actor,
        now=now,
    )
    lines = [
        book.Line(account=opening, amount=-line.amount),
        book.Line(account=external, amount=line.amount),
    ]
    return book.post(act=act, lines=lines)
