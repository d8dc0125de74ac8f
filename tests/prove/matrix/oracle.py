"""Judges a case at rest: MetaTrader moved once for what is confirmed and for nothing else."""

import re
from collections.abc import Iterator
from decimal import Decimal

from accounts.ledger import balances, proof
from accounts.models import (
    Adjustment,
    BulkRow,
    Deposit,
    Discrepancy,
    LedgerAccount,
    Payment,
    Transfer,
)
from accounts.queries import books
from accounts.states import Gap, LedgerKind, Withdrawal
from accounts.terms import TRANSFER_FINAL, TransferLeg
from accounts.terms import Deposit as State
from accounts.terms import Transfer as Course
from accounts.terms.adjustments import ADJUSTMENT_FINAL
from accounts.terms.adjustments import Adjustment as Moved
from accounts.terms.bulk import BulkLine
from tests.factories.payments import Till
from tests.prove.matrix.faults import LIED, TWICE, Fault
from tests.prove.matrix.lived.moving import FILLED
from trading.models import BalanceOperation, TradingAccount
from trading.states import Operation

#: What each state of a payment says about its two movements: (debit, return).
MOVED = {
    Withdrawal.DEBITED: (True, False),
    Withdrawal.SENT: (True, False),
    Withdrawal.PAID: (True, False),
    Withdrawal.RETURNED: (True, True),
    Withdrawal.REFUSED: (False, False),
    Withdrawal.CANCELLED: (False, False),
    Withdrawal.REJECTED: (False, False),
}

#: What each state of a transfer says: out of the source, into the target, back into the source.
LEGS = {
    Course.IN_TRANSIT: (1, 0, 0),
    Course.DONE: (1, 1, 0),
    Course.REVERSING: (1, 0, 0),
    Course.REVERSED: (1, 0, 1),
}


def findings(till: Till, fault: Fault) -> list[str]:
    """Return everything that is wrong; [] for a case that came right."""
    wrong = [
        *_records(till, fault),
        *_payments(),
        *_deposits(),
        *_transfers(),
        *_adjustments(),
        *_lines(),
    ]
    wrong += [f"books: {one.question} {one.where}" for one in proof.findings()]
    return wrong + list(_told(till, fault))


def _records(till: Till, fault: Fault) -> Iterator[str]:
    """Each operation against MetaTrader's records, found by ticket or by marker."""
    booked = till.script.booked
    claimed: set[int] = set()
    for one in BalanceOperation.objects.order_by("id"):
        mine = [
            record
            for record in booked
            if record.ticket == one.ticket or record.comment[:25] == one.marker
        ]
        claimed |= {record.ticket for record in mine}
        moved = len({record.ticket for record in mine})
        may = {
            Operation.CONFIRMED: {1, 2} if fault.leaves == TWICE else {1},
            Operation.REFUSED: {1} if fault.leaves == LIED and _is_told(one) else {0},
            Operation.ABANDONED: {0},
        }.get(Operation(one.state), set())
        if moved not in may:
            yield f"operation {one.state}, and MetaTrader booked it {moved} times"
        if any(record.profit != one.amount for record in mine):
            yield "MetaTrader booked another amount"
    foreign = {record.ticket for record in booked if record.comment == "a dealer's fee"}
    for record in booked:
        if record.ticket not in claimed | foreign:
            yield f"record {record.ticket} {record.comment!r} is of no operation"


def _is_told(operation: BalanceOperation) -> bool:
    """Whether the case of a no that was a lie is open, for people."""
    del operation
    return Discrepancy.objects.filter(gone_at=None, gap=Gap.MISSING_IN_LEDGER).exists()


def _payments() -> Iterator[str]:
    for payment in Payment.objects.all():
        if payment.from_wallet:
            yield from _out_of_wallet(payment)
            continue
        legs = dict.fromkeys(("debit", "return"), False)
        for link in payment.operations.all():
            state = BalanceOperation.objects.get(key=link.key).state
            legs[link.leg] = legs[link.leg] or state == Operation.CONFIRMED
        says = MOVED.get(Withdrawal(payment.state))
        if says != tuple(legs.values()):
            yield f"payment {payment.state}, and its legs moved {legs}"


def _out_of_wallet(payment: Payment) -> Iterator[str]:
    """No leg in MetaTrader; the wallet has what it had, less what left it, and nothing is held."""
    if payment.operations.exists():
        yield "a wallet's payment has a leg in MetaTrader"
    out, back = MOVED.get(Withdrawal(payment.state), (False, False))
    wallet = LedgerAccount.objects.get(kind=LedgerKind.CLIENT_WALLET)
    had = Decimal(FILLED) - payment.amount * (out - back)
    if (balances.of(wallet).posted, balances.of(wallet).available) != (had, had):
        yield f"payment {payment.state}, and the wallet has not {had}"
    waits = payment.state in (Withdrawal.DEBITED, Withdrawal.SENT)
    if _posted(LedgerKind.PAYOUTS_DUE) != (payment.amount if waits else 0):
        yield f"payment {payment.state}, and something else waits to be paid out"


def _deposits() -> Iterator[str]:
    for deposit in Deposit.objects.all():
        done = BalanceOperation.objects.filter(
            key__in=deposit.operations.values("key"), state=Operation.CONFIRMED
        ).count()
        if done != (deposit.state in (State.CREDITED, State.CHARGED_BACK)):
            yield f"deposit {deposit.state}, and {done} credits are confirmed"


def _transfers() -> Iterator[str]:
    for transfer in Transfer.objects.all():
        legs = tuple(
            BalanceOperation.objects.filter(
                key__in=transfer.operations.filter(leg=leg).values("key"),
                state=Operation.CONFIRMED,
            ).count()
            for leg in TransferLeg
        )
        out, into, back = LEGS.get(transfer.state, (0, 0, 0))
        if transfer.source_wallet_id:  # a wallet has no MetaTrader
            out = back = 0
        if transfer.target_wallet_id:
            into = 0
        if legs != (out, into, back):
            yield f"transfer {transfer.state}, and its legs are confirmed {legs} times"
        if transfer.state in TRANSFER_FINAL and _posted(LedgerKind.IN_TRANSIT):
            yield "transfers are over, and something is still in transit"
        yield from _wallet(transfer)


def _wallet(transfer: Transfer) -> Iterator[str]:
    """What the client's wallet has is what it had, less what left it, and what reached it."""
    out, into, back = LEGS.get(transfer.state, (0, 0, 0))
    expected = Decimal(0)
    if transfer.source_wallet_id:
        expected = Decimal(FILLED) - transfer.amount * (out - back)
    elif transfer.target_wallet_id:
        expected = transfer.amount * into
    if _posted(LedgerKind.CLIENT_WALLET) != expected:
        yield f"transfer {transfer.state}, and the wallet has not {expected}"


def _posted(kind: LedgerKind) -> Decimal:
    rows = LedgerAccount.objects.filter(kind=kind)
    return sum((balances.of(one).posted for one in rows), Decimal(0))


def _adjustments() -> Iterator[str]:
    for one in Adjustment.objects.all():
        done = BalanceOperation.objects.filter(key=one.key, state=Operation.CONFIRMED).count()
        if done != (one.state == Moved.DONE):
            yield f"adjustment {one.state}, and {done} operations are confirmed"


def _lines() -> Iterator[str]:
    """Each line of a file was refused, or became one adjustment that is over."""
    for row in BulkRow.objects.select_related("adjustment"):
        made = row.adjustment
        if row.state == BulkLine.WAITING or (made and made.state not in ADJUSTMENT_FINAL):
            yield f"line {row.number} of a file: still {row.state}"


def kind_of(words: str) -> str:
    """Say what sort of wrong it is: doubled, stuck, or lost, which is everything else."""
    if "stuck, " in words:
        return "stuck"
    return "doubled" if re.search(r"booked it ([2-9]|1\d) times", words) else "lost"


def accounts_of(till: Till) -> list[int]:
    """The accounts of the till's clients, by our numbers."""
    del till
    rows = TradingAccount.objects.exclude(client=None).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _told(till: Till, fault: Fault) -> Iterator[str]:
    """Books and MetaTrader agree to the cent; where a fault keeps them apart, somebody was told."""
    audits = [one for one in map(books.audit_of, accounts_of(till)) if one is not None]
    open_ = set(Discrepancy.objects.filter(gone_at=None).values_list("gap", flat=True))
    if fault.leaves == TWICE and len(till.script.booked) > _confirmed():
        if Gap.DUPLICATE_MARKER not in open_:
            yield f"booked twice, and nobody was told: {open_}"
        return
    if fault.leaves == LIED and open_:
        return
    for audit in audits:
        if audit.gap or audit.in_flight:
            yield f"books and MetaTrader differ by {audit.gap}, {audit.in_flight} in flight"
    open_ -= {Gap.CHANGED_MARKER}  # the comment that a fault edited stays edited, and told
    if open_:
        yield f"differences are told where none is: {sorted(open_)}"


def _confirmed() -> int:
    return BalanceOperation.objects.filter(state=Operation.CONFIRMED).count()


def ending(till: Till) -> str:
    """How everything stands, in words: cases that left the same behind end with the same."""
    told = [f"payment {one.state} {one.waits_because}" for one in Payment.objects.order_by("id")]
    told += [f"deposit {one.state} {one.waits_because}" for one in Deposit.objects.order_by("id")]
    told += [f"transfer {one.state} {one.waits_because}" for one in Transfer.objects.all()]
    told += [f"{one.kind} {one.state} {one.waits_because}" for one in Adjustment.objects.all()]
    told += [f"line {one.state} {one.words}" for one in BulkRow.objects.all()]
    told += [
        f"{one.amount} {one.state} after {one.attempts}"
        for one in BalanceOperation.objects.order_by("id")
    ]
    open_ = Discrepancy.objects.filter(gone_at=None).order_by("gap").values_list("gap", flat=True)
    told += [f"told of {gap}" for gap in open_]
    return "; ".join([*told, f"{len(till.script.booked)} booked"])
