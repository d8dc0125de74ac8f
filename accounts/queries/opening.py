"""How the books of an account begin: the stated day, what the opening holds, what came before."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.calc import past
from accounts.models import BookedTicket, PastMovement
from accounts.states import Booked, PastKind
from backoffice.company.queries.policies import policy_in_force
from crm.queries import known
from trading.queries import money
from trading.queries.money import MirrorMoney, MoneyRecord

NOTHING = Decimal(0)
#: The policy that states the day: {"day": "2026-01-01"}, for the house or one legal entity.
POLICY = "books-begin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What books begin with: funds and credit, the results and the records that these hold."""

    funds: Decimal
    credit: Decimal
    results: Decimal
    records: tuple[MoneyRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLine:
    """One record from before the books, as it is imported: what it was, how much, when."""

    ticket: int
    kind: PastKind
    amount: Decimal
    moved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What opening and importing would do to some accounts of one legal entity and currency.

    `moved` maps each kind of past movement to how many there are and their sum.
    """

    currency: str
    accounts: int
    unopened: int
    opening: Decimal
    moved: dict[PastKind, tuple[int, Decimal]]
    imported: int


def beginning_of(legal_entity_id: int, now: datetime) -> date | None:
    """Return the stated day on which the entity's books begin, or None: they begin when opened.

    A day that has not come is not in force.
    """
    policy = policy_in_force(POLICY, at=now, legal_entity_id=legal_entity_id)
    stated = date.fromisoformat(str(policy.value["day"])) if policy is not None else None
    return stated if stated is not None and stated <= now.date() else None


def opening_of(mirror: MirrorMoney, first_day: date | None) -> Opening:
    """Return what books begin with that count from a day on (None: from now on).

    What our own payments moved is never in it: they post themselves.
    """
    ours = sum((one.amount for one in mirror.records if one.key is not None), NOTHING)
    theirs = [one for one in mirror.records if one.key is None]
    after = [one for one in theirs if first_day is not None and one.day >= first_day]
    before = [one for one in theirs if first_day is None or one.day < first_day]
    results = {
        day: sum_ for day, sum_ in mirror.results.items() if first_day is None or day < first_day
    }
    earned_since = sum(mirror.results.values(), NOTHING) - sum(results.values(), NOTHING)
    moved_since = sum((one.amount for one in after if not one.is_credit), NOTHING)
    credit_since = sum((one.amount for one in after if one.is_credit), NOTHING)
    return Opening(
        funds=mirror.balance - ours - earned_since - moved_since,
        credit=mirror.credit - credit_since,
        results=sum(results.values(), NOTHING),
        records=tuple(before),
    )


def past_of(mirror: MirrorMoney) -> list[PastLine]:
    """Return the records that an account's opening holds and that are not imported, oldest first.

    Nothing before the books are opened.
    """
    held = BookedTicket.objects.filter(books_id=mirror.account_id, kind=Booked.OPENING)
    tickets = set(held.values_list("ticket", flat=True))
    done = PastMovement.objects.filter(books_id=mirror.account_id)
    tickets -= set(done.values_list("ticket", flat=True))
    return [_line(one) for one in mirror.records if one.ticket in tickets]


def previews(account_ids: Iterable[int], *, now: datetime) -> list[Preview]:
    """Return what opening and importing would do to these accounts, by currency. Writes nothing."""
    rows: defaultdict[str, list[tuple[MirrorMoney, bool]]] = defaultdict(list)
    for account_id in account_ids:
        mirror = money.mirror_money(account_id)
        if mirror is not None:
            is_open = BookedTicket.objects.filter(books_id=account_id).exists()
            rows[mirror.currency].append((mirror, is_open))
    return [_preview(currency, found, now) for currency, found in sorted(rows.items())]


def _preview(currency: str, found: list[tuple[MirrorMoney, bool]], now: datetime) -> Preview:
    moved: dict[PastKind, tuple[int, Decimal]] = {}
    opening = NOTHING
    for mirror, is_open in found:
        begins = opening_of(mirror, _first_day(mirror, now))
        opening += NOTHING if is_open else begins.funds
        lines = past_of(mirror) if is_open else [_line(one) for one in begins.records]
        for line in lines:
            count, total = moved.get(line.kind, (0, NOTHING))
            moved[line.kind] = (count + 1, total + line.amount)
    return Preview(
        currency=currency,
        accounts=len(found),
        unopened=sum(1 for _, is_open in found if not is_open),
        opening=opening,
        moved=moved,
        imported=PastMovement.objects.filter(
            books_id__in=[mirror.account_id for mirror, _ in found]
        ).count(),
    )


def _first_day(mirror: MirrorMoney, now: datetime) -> date | None:
    account: Any = money.account_money(mirror.account_id)
    client = known.get_client(account.client_id) if account and account.client_id else None
    return beginning_of(client.legal_entity_id, now) if client is not None else None


def _line(record: MoneyRecord) -> PastLine:
    kind = past.kind_of(record.amount, record.comment, is_credit=record.is_credit)
    return PastLine(
        ticket=record.ticket, kind=kind, amount=record.amount, moved_at=record.recorded_at
    )
