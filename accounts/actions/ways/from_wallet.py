"""A withdrawal out of a client's wallet: the same way as any other, without a leg in MetaTrader.

Where money of an account is sent to MetaTrader, that of a wallet is posted, and by the same proof:
the approval is carried out in the transaction that settles the hold.
"""

from datetime import datetime

from accounts.actions import chart, results, steps
from accounts.events import WithdrawalBackInWallet, WithdrawalLeftWallet
from accounts.ledger import book
from accounts.models import Entry, LedgerAccount, Payment
from accounts.queries.books import Stand
from accounts.states import Entering, LedgerKind
from backoffice.approvals.actions import closing, executing
from backoffice.core import locks
from backoffice.core.actors import Actor


def wallet(legal_entity_id: int, client_id: int, currency: str, now: datetime) -> LedgerAccount:
    """Return the wallet of a client in a currency."""
    return chart.account_of(
        LedgerKind.CLIENT_WALLET,
        legal_entity_id=legal_entity_id,
        currency=currency,
        now=now,
        client_id=client_id,
    )


def lock(legal_entity_id: int, client_id: int, currency: str, now: datetime) -> None:
    """Hold a wallet until the transaction ends, as transfers out of it do; Later when busy."""
    number = wallet(legal_entity_id, client_id, currency, now).pk
    locks.advisory(f"accounts.wallet.{number}", timeout_ms=chart.PATIENCE_MS)


def stand_of(payment: Payment, *, actor: Actor, now: datetime) -> Stand | None:
    """Return how the account's books stand, caught up; None for a wallet's."""
    if payment.from_wallet:
        return None
    return results.caught_up(account_id=payment.account_id, actor=actor, now=now)


def debit(payment: Payment, *, actor: Actor, now: datetime) -> None:
    """Take it out of the wallet: what was approved is carried out by this, and by nothing else.

    Part of execution's transaction. Raises OverAlready when the approval is not complete any more.
    """
    executing.mark(closing.locked(payment.approval_id), now)
    book.settle(act=steps.act_of(payment, "settle", actor, now), reservation=payment.reservation)
    steps.move(payment, "debit")
    payment.debited_at, payment.next_try_at, payment.waits_because = now, None, ""
    payment.save()
    steps.emit(payment, WithdrawalLeftWallet(**steps.money_of(payment)), actor=actor, now=now)


def give_back(payment: Payment, *, actor: Actor, now: datetime) -> None:
    """Put it back into the wallet, as two people agreed; part of the caller's transaction."""
    settled = Entry.objects.get(of=payment.reservation, act=Entering.SETTLE)
    book.reverse(act=steps.act_of(payment, "return", actor, now), entry=settled)
    steps.move(payment, "credit")
    payment.closed_at, payment.next_try_at = now, None
    payment.save()
    steps.emit(payment, WithdrawalBackInWallet(**steps.money_of(payment)), actor=actor, now=now)
