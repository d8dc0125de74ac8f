"""The statement that a bank would send next, made up for playing."""

from datetime import date
from decimal import Decimal

from accounts.calc.bank import reference
from accounts.calc.bank.statement import Row, Statement
from accounts.models import BankAccount, BankStatement, Deposit, Payment
from accounts.states import MethodKind, Withdrawal
from accounts.terms import Deposit as State
from backoffice.core.money import rounded

BEGINS = Decimal("250000.00")
FEE = Decimal("-12.50")
STRANGE = Decimal("480.00")
KEPT = Decimal("15.00")
#: So many of the wires that are awaited come with everything right; the next one does not.
SURE = 3


def next_statement(account: BankAccount, today: date) -> Statement:
    """Return the next statement: wires that are awaited, a stranger, a payout come back, a fee."""
    latest = BankStatement.objects.filter(account=account).order_by("-id").first()
    number = (latest.sequence or 0) + 1 if latest is not None else 1
    day = max(today, latest.closed_on) if latest is not None else today
    rows = tuple(_rows(account, day, f"{day:%y%m%d}{number:04d}"))
    opening = latest.closing if latest is not None else BEGINS
    return Statement(
        ident=f"PLAY-{number}",
        account=account.number,
        currency=account.currency,
        sequence=number,
        opened_on=day,
        closed_on=day,
        opening=rounded(opening, account.currency),
        closing=rounded(opening + sum((row.amount for row in rows), Decimal(0)), account.currency),
        rows=rows,
    )


def _rows(account: BankAccount, day: date, stamp: str) -> list[Row]:
    awaited = Deposit.objects.filter(
        method=account.method_id, state__in=(State.PENDING, State.PARKED)
    ).select_related("client", "account")
    told: list[dict[str, object]] = []
    for nth, one in enumerate(awaited.order_by("id")[: SURE + 1]):
        written = reference.spaced(reference.written(reference.DEPOSIT, one.pk))
        is_sure = nth < SURE
        told.append(
            {
                "amount": one.asked_amount if is_sure else max(one.asked_amount - KEPT, KEPT),
                "name": one.client.full_name,
                "account": f"ES91210004184502{one.client_id:08d}",
                "text": f"Deposit {written}" if is_sure else f"trading {one.account.login}",
            }
        )
    told.append({"amount": STRANGE, "name": "Somebody Unknown", "text": "for my account, thanks"})
    told += _come_back(account)
    told.append({"amount": FEE, "name": "", "text": "account fee", "code": "CHRG"})
    return [
        Row(reference=f"PL{stamp}{nth:03d}", booked_on=day, value_on=day, **one)  # type: ignore[arg-type]
        for nth, one in enumerate(told, start=1)
    ]


def _come_back(account: BankAccount) -> list[dict[str, object]]:
    """Return a payout that went out, and came back: the closed account of a client."""
    sent = Payment.objects.filter(
        method__kind=MethodKind.BANK_WIRE,
        legal_entity=account.legal_entity_id,
        currency=account.currency,
        state=Withdrawal.SENT,
        return_asked_by="",
    )
    one = sent.order_by("id").first()
    if one is None:
        return []
    known = {"name": one.holder, "text": f"payout {one.bank_reference}"}
    back = {**known, "text": f"RETURN {one.bank_reference} account closed", "returns": "AC04"}
    return [{"amount": -one.payout, **known}, {"amount": one.payout, **back}]
