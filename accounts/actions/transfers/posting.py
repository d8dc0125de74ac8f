"""What a transfer does to the books: held, in transit, arrived, given back. Parts of others' acts.

One currency: source → in transit → target. Two: what is in transit is taken for conversion, and the
target gets the other currency out of it, so that each currency balances by itself (I-1).
"""

from datetime import datetime

from accounts.actions.transfers import steps
from accounts.ledger import book
from accounts.models import Entry, LedgerAccount, Transfer
from accounts.states import Entering, LedgerKind
from backoffice.core.actors import Actor
from backoffice.core.money import rounded


def hold(transfer: Transfer, source: LedgerAccount, *, actor: Actor, now: datetime) -> Entry:
    """Set the amount aside; NotCovered when the source has less available."""
    transit = steps.house(transfer, LedgerKind.IN_TRANSIT, transfer.currency, now)
    amount = rounded(transfer.amount, transfer.currency)
    lines = [
        book.Line(account=source, amount=amount),
        book.Line(account=transit, amount=-amount),
    ]
    return book.reserve(act=steps.act_of(transfer, "hold", actor, now), lines=lines)


def debit(transfer: Transfer, *, actor: Actor, now: datetime) -> Entry:
    """Post what left the source: it is in transit now."""
    act = steps.act_of(transfer, "debit", actor, now)
    return book.settle(act=act, reservation=transfer.reservation)


def credit(transfer: Transfer, *, actor: Actor, now: datetime) -> Entry:
    """Post what reached the target, converted where its currency is another."""
    sent, arrived = steps.sent(transfer)["amount"], steps.arriving(transfer)["amount"]
    transit = steps.house(transfer, LedgerKind.IN_TRANSIT, transfer.currency, now)
    lines = [book.Line(account=transit, amount=sent)]
    if transfer.is_converted:
        taken = steps.house(transfer, LedgerKind.CONVERSION, transfer.currency, now)
        given = steps.house(transfer, LedgerKind.CONVERSION, transfer.target_currency, now)
        lines += [
            book.Line(account=taken, amount=-sent),
            book.Line(account=given, amount=arrived),
        ]
    lines.append(book.Line(account=steps.target_funds(transfer), amount=-arrived))
    return book.post(act=steps.act_of(transfer, "credit", actor, now), lines=lines)


def give_back(transfer: Transfer, *, actor: Actor, now: datetime) -> Entry:
    """Post what the source has back: the opposite of what had left it."""
    debited = Entry.objects.get(of=transfer.reservation, act=Entering.SETTLE)
    return book.reverse(act=steps.act_of(transfer, "return", actor, now), entry=debited)
