"""Whose a row of the bank could be: deposits that are waited for, payouts, ways back.

They are read once for any number of rows and found by reference, amount, name and bank account, so
that a page of fifty rows asks no more than a page of one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from accounts.calc.bank import matching, reference
from accounts.calc.bank.matching import Came, Suggestion, Waiting
from accounts.calc.bank.reference import DEPOSIT, PAYOUT, ROW, Reference
from accounts.calc.bank.statement import account_key
from accounts.models import BankRow, BankUse, Deposit, Payment
from accounts.states import MethodKind, Withdrawal
from accounts.terms import BANK_WIRE, Use
from accounts.terms import Deposit as State
from crm.calc.contacts import name_key

#: Of each kind the newest; what is older is still found by its reference.
MOST = 3_000
OPEN = (State.STARTED, State.PARKED, State.PENDING)
GOING_BACK = (State.RETURNING,)
OUT = (Withdrawal.SENT, Withdrawal.PAID)


def suggestions_for(rows: Iterable[BankRow]) -> dict[int, tuple[Suggestion, ...]]:
    """Return for each row who it could be from, the best first."""
    found = list(rows)
    named = _named(found)
    coming = _Pool(_deposits(found, named[DEPOSIT], OPEN), _payouts(found, named[PAYOUT]))
    going = _Pool(_deposits(found, set(), GOING_BACK), coming.payouts, _ways_back(found))
    return {row.pk: (coming if row.amount > 0 else going).suggestions(row) for row in found}


def came_of(row: BankRow) -> Came:
    """Return what a row says, for matching."""
    return Came(
        amount=row.amount,
        currency=row.currency,
        name=row.other_name,
        account=row.other_key,
        text=f"{row.text} | {row.end_to_end}",
        returns=row.returns,
    )


class _Pool:
    """Everything that a row could be about, found by any one of its clues."""

    def __init__(
        self, deposits: list[Waiting], payouts: list[Waiting], ways: Iterable[Waiting] = ()
    ) -> None:
        self.payouts = payouts
        self.all = [*deposits, *payouts, *ways]
        self.by: defaultdict[Any, list[Waiting]] = defaultdict(list)
        for one in self.all:
            for clue in _clues_of(one):
                self.by[clue].append(one)

    def suggestions(self, row: BankRow) -> tuple[Suggestion, ...]:
        """Return the best of those that share a clue with the row."""
        came = came_of(row)
        known = {
            (one.kind, one.number): one for clue in _clues_in(came) for one in self.by.get(clue, ())
        }
        typos = reference.typos_in(came.text)
        if typos:
            known |= {
                (one.kind, one.number): one
                for one in self.all
                if any(reference.is_near(wrong, one.reference) for wrong in typos)
            }
        return matching.suggestions(came, known.values())


def _clues_of(one: Waiting) -> Iterator[Any]:
    yield Reference(one.kind, one.number)
    yield one.amount, one.currency
    yield name_key(one.name)
    yield from (("account", key) for key in one.accounts)
    if one.login:
        yield "word", one.login
    if one.bank_reference:
        yield "word", account_key(one.bank_reference)


def _clues_in(came: Came) -> Iterator[Any]:
    yield from reference.references_in(came.text)
    yield abs(came.amount), came.currency
    if came.name:
        yield name_key(came.name)
    if came.account:
        yield "account", came.account
    words = came.text.replace("/", " ").split()
    yield from (("word", account_key(word)) for word in words if len(word) > 3)


def _named(rows: Iterable[BankRow]) -> dict[str, set[int]]:
    named: dict[str, set[int]] = {kind: set() for kind in reference.KINDS}
    for row in rows:
        for one in reference.references_in(row.text, row.end_to_end):
            named[one.kind].add(one.number)
    return named


def _deposits(rows: list[BankRow], named: set[int], states: tuple[State, ...]) -> list[Waiting]:
    """Return deposits by wire in these states, and those that rows name, with what is known."""
    of_house = Deposit.objects.filter(
        method__provider=BANK_WIRE,
        legal_entity__in={row.account.legal_entity_id for row in rows},
    ).filter(Q(state__in=states) | Q(pk__in=named))
    first = Case(When(pk__in=named, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = list(of_house.select_related("client", "account").order_by(first, "-id")[:MOST])
    seen = _accounts_of({one.client_id for one in found})
    return [
        Waiting(
            kind=DEPOSIT,
            number=one.pk,
            amount=one.amount,
            currency=one.amount_currency,
            name=one.client.full_name,
            login=str(one.account.login),
            accounts=frozenset(seen[one.client_id]),
            is_open=one.state in states,
        )
        for one in found
    ]


def _accounts_of(clients: set[int]) -> defaultdict[int, set[str]]:
    """Return from which bank accounts each client paid in before, by their keys."""
    seen: defaultdict[int, set[str]] = defaultdict(set)
    live = BankUse.objects.filter(
        kind=Use.DEPOSIT,
        undone_at__isnull=True,
        entry__isnull=False,
        deposit__client__in=clients,
    ).exclude(row__other_key="")
    for client_id, key in live.values_list("deposit__client_id", "row__other_key"):
        seen[client_id].add(key)
    return seen


def _payouts(rows: list[BankRow], named: set[int]) -> list[Waiting]:
    """Return the newest payouts by wire, and those that rows name: not everything ever paid."""
    of_house = Payment.objects.filter(
        method__kind=MethodKind.BANK_WIRE,
        legal_entity__in={row.account.legal_entity_id for row in rows},
        state__in=OUT,
    )
    newest = of_house.order_by("-id")[:MOST]
    found = newest.union(of_house.filter(pk__in=named).order_by(), all=True)
    return [
        Waiting(
            kind=PAYOUT,
            number=one.pk,
            amount=one.payout,
            currency=one.currency,
            name=one.holder,
            bank_reference=one.bank_reference,
            accounts=frozenset({one.requisite_key}),
        )
        for one in {one.pk: one for one in found}.values()
    ]


def _ways_back(rows: list[BankRow]) -> list[Waiting]:
    """Return the rows that somebody agreed to send back and that have not gone yet."""
    gone = BankUse.objects.filter(settles__isnull=False, undone_at__isnull=True)
    uses = BankUse.objects.filter(
        kind=Use.SENT_BACK,
        undone_at__isnull=True,
        row__account__in={row.account_id for row in rows},
    ).exclude(agreed_by="")
    return [
        Waiting(
            kind=ROW,
            number=use.row.pk,
            amount=use.row.amount,
            currency=use.row.currency,
            name=use.row.other_name,
            accounts=frozenset(filter(None, {use.row.other_key})),
        )
        for use in uses.exclude(pk__in=gone.values("settles")).select_related("row")[:MOST]
    ]
