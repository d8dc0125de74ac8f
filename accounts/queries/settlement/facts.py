"""What both sides know of a provider's references: read together, many at once, for the rules.

The preview of a file and its import ask the same here, so that they say the same.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Max, Min, Q, Sum

from accounts.calc.settlement.forms import Rules, rules_of
from accounts.calc.settlement.matching import Facts, Here, Told
from accounts.calc.settlement.statement import NOTHING, Line
from accounts.models import (
    BankUse,
    Deposit,
    Discrepancy,
    Dispute,
    LedgerAccount,
    Payment,
    PaymentMethod,
    Posting,
    SettlementFile,
    SettlementLine,
    wording,
)
from accounts.states import LedgerKind, Phase, Withdrawal
from accounts.terms import RECEIVED_ONCE
from accounts.terms import Deposit as State
from accounts.terms.disputes import TAKEN
from accounts.terms.settlement import FileState, LineKind
from backoffice.company.queries.policies import policy_in_force
from backoffice.core.money import rounded

POLICY = "settlements"
#: At the provider a payment begins a little before we hear of it.
LAG = timedelta(hours=1)


def rules_for(method: PaymentMethod, now: datetime) -> Rules:
    """Return the policy about settlements of the method's legal entity."""
    policy = policy_in_force(POLICY, at=now, legal_entity_id=method.legal_entity_id)
    return rules_of(policy.value if policy is not None else {})


def facts_of(
    method: PaymentMethod,
    references: Collection[str],
    *,
    rules: Rules,
    now: datetime,
    coming: Iterable[Told] = (),
) -> list[Facts]:
    """Return what is known of each reference; `coming` are lines of a file not taken yet."""
    there: dict[str, list[Told]] = {}
    for told in (*_lines(method, references), *coming):
        there.setdefault(told.line.reference, []).append(told)
    here = _here(method, references, there)
    taken = _taken_over(method, references)
    return [
        Facts(
            reference=one,
            here=here.get(one),
            there=tuple(there.get(one, ())),
            taken_over=taken.get(one, NOTHING),
            is_awaited=_is_awaited(there.get(one, ()), rules, now),
        )
        for one in sorted(references)
    ]


def references_to_compare(method: PaymentMethod, *, rules: Rules, now: datetime) -> set[str]:
    """Return what stands open: cases, payouts not at the bank, and what no settlement names."""
    cases = Discrepancy.objects.filter(method=method, gone_at__isnull=True)
    found = set(cases.values_list("reference", flat=True))
    paid = SettlementLine.objects.filter(method=method, kind=LineKind.PAYOUT)
    bound = BankUse.objects.filter(settlement_line__isnull=False, undone_at__isnull=True)
    found |= set(
        paid.filter(at__lt=now - timedelta(days=rules.bank_days))
        .exclude(pk__in=bound.values("settlement_line"))
        .values_list("reference", flat=True)
    )
    return found | _unsettled(method, rules)


def reserve_of(method: PaymentMethod) -> Decimal:
    """Return what the provider holds back of this method's money, by the books."""
    accounts = LedgerAccount.objects.filter(kind=LedgerKind.PROVIDER_RESERVE, payment_method=method)
    rows = Posting.objects.filter(account__in=accounts, phase=Phase.POSTED)
    return rows.aggregate(held=Sum("amount"))["held"] or NOTHING


def known_kinds(method: PaymentMethod, references: Collection[str]) -> set[tuple[str, str]]:
    """Return which kinds of line earlier settlements had of these references."""
    rows = SettlementLine.objects.filter(method=method, reference__in=references)
    return set(rows.values_list("kind", "reference"))


def as_line(row: SettlementLine) -> Line:
    """Return a kept line as the rules read it."""
    return Line(
        number=row.number,
        kind=LineKind(row.kind),
        reference=row.reference,
        about=row.about,
        at=row.at,
        amount=rounded(row.amount, row.currency),
        fee=rounded(row.fee, row.currency),
        reserve=rounded(row.reserve, row.currency),
    )


def called(name: str, references: Iterable[str]) -> Q:
    """Return the condition "is one of these"; said not to be empty, the index is of no others.

    Of more than a hundred references PostgreSQL does not look by itself whether one is empty.
    """
    return Q(**{f"{name}__in": references}) & ~Q(**{name: ""})


def _lines(method: PaymentMethod, references: Collection[str]) -> list[Told]:
    rows = SettlementLine.objects.filter(method=method, reference__in=references)
    return [
        Told(line=as_line(row), settlement=row.file.number, booked=row.booked)
        for row in rows.select_related("file").defer("file__body").order_by("id")
    ]


def _here(
    method: PaymentMethod, references: Collection[str], there: dict[str, list[Told]]
) -> dict[str, Here]:
    """Return what our records say; what is booked goes before what is only known."""
    about = {one.line.about: name for name, told in there.items() for one in told if one.line.about}
    found = _known_only(method, about)
    for deposit in _deposits(method, called("provider_reference", references)):
        is_ours = deposit.received_currency == method.currency
        if deposit.state in RECEIVED_ONCE and is_ours:
            found[deposit.provider_reference] = Here(
                words=_named(deposit, deposit.amount, deposit.amount_currency),
                amount=deposit.amount,
                fee=deposit.provider_fee or NOTHING,
            )
    for deposit in _deposits(
        method, called("return_reference", references) & Q(state=State.RETURNED)
    ):
        words = _named(deposit, deposit.amount, deposit.amount_currency)
        found[deposit.return_reference] = Here(words=words, amount=-deposit.amount)
    for case in Dispute.objects.filter(provider=method.provider, reference__in=references):
        words = _named(case, case.amount, case.currency)
        amount = -case.amount if case.state in TAKEN else None
        found[case.reference] = Here(words=words, amount=amount)
    found |= _payouts(method, references)
    found |= _at_bank(method, references)
    return found


def _known_only(method: PaymentMethod, about: dict[str, str]) -> dict[str, Here]:
    """Return what a line belongs to where its own reference is not known: nothing is booked."""
    if not about:
        return {}
    found = {}
    for deposit in _deposits(
        method, called("charge_id", about) | called("provider_reference", about)
    ):
        words = _named(deposit, deposit.amount, deposit.amount_currency)
        for name in (deposit.charge_id, deposit.provider_reference):
            if name in about:
                found[about[name]] = Here(words=words)
    return found


def _payouts(method: PaymentMethod, references: Collection[str]) -> dict[str, Here]:
    found: dict[str, Here] = {}
    rows = Payment.objects.filter(
        called("bank_reference", references),
        method=method,
        state__in=(Withdrawal.SENT, Withdrawal.PAID),
    )
    for payment in rows.order_by("id"):
        words = _named(payment, payment.payout, payment.currency)
        known = found.get(payment.bank_reference)
        if payment.state != Withdrawal.PAID:
            found.setdefault(payment.bank_reference, Here(words=words))
        elif known is None or known.amount is None:
            found[payment.bank_reference] = Here(
                words=words, amount=-payment.payout, fee=payment.provider_fee
            )
        else:
            found[payment.bank_reference] = replace(
                known,
                amount=known.amount - payment.payout,
                fee=known.fee + payment.provider_fee,
            )
    return found


def _at_bank(method: PaymentMethod, references: Collection[str]) -> dict[str, Here]:
    uses = BankUse.objects.filter(
        settlement_line__method=method,
        settlement_line__reference__in=references,
        undone_at__isnull=True,
    ).select_related("row", "settlement_line")
    return {
        use.settlement_line.reference: Here(
            words=_named(use.row, use.row.amount, use.row.currency), amount=-use.row.amount
        )
        for use in uses
        if use.settlement_line is not None
    }


def _taken_over(method: PaymentMethod, references: Collection[str]) -> dict[str, Decimal]:
    rows = Discrepancy.objects.filter(method=method, reference__in=references)
    told = rows.order_by().values("reference").annotate(total=Sum("taken_over"))
    return {row["reference"]: row["total"] for row in told if row["total"]}


def _unsettled(method: PaymentMethod, rules: Rules) -> set[str]:
    """Return what was booked within the settled period, early enough, and that no line names."""
    files = SettlementFile.objects.filter(method=method, state=FileState.TAKEN)
    period = files.aggregate(since=Min("since"), until=Max("until"))
    if period["since"] is None:
        return set()
    since, until = period["since"] + LAG, period["until"] - timedelta(days=rules.days)
    named = SettlementLine.objects.filter(method=method).values("reference")
    deposits = Deposit.objects.filter(method=method)
    disputes = Dispute.objects.filter(provider=method.provider, deposit__method=method)
    asked = (
        deposits.filter(received_at__range=(since, until), state__in=RECEIVED_ONCE)
        .exclude(provider_reference__in=named)
        .values_list("provider_reference", flat=True),
        deposits.filter(closed_at__range=(since, until), state=State.RETURNED)
        .exclude(return_reference__in=named)
        .values_list("return_reference", flat=True),
        disputes.filter(ended_at__range=(since, until), state__in=TAKEN)
        .exclude(reference__in=("",))
        .exclude(reference__in=named)
        .values_list("reference", flat=True),
        Payment.objects.filter(
            method=method, closed_at__range=(since, until), state=Withdrawal.PAID
        )
        .exclude(bank_reference__in=named)
        .values_list("bank_reference", flat=True),
    )
    return {name for rows in asked for name in rows}


def _deposits(method: PaymentMethod, which: Q) -> list[Deposit]:
    return list(Deposit.objects.filter(which, method=method).order_by("id"))


def _is_awaited(there: Iterable[Told], rules: Rules, now: datetime) -> bool:
    young = now - timedelta(days=rules.bank_days)
    lines = [one.line for one in there]
    return bool(lines) and all(line.kind == LineKind.PAYOUT and line.at >= young for line in lines)


def _named(record: object, amount: Decimal, currency: str) -> str:
    return f"{record} · {wording.money(amount, currency)}"
