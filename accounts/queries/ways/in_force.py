"""The terms in force for a method, a direction and a country, and how much of a limit is used."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.utils.translation import gettext as _

from accounts.calc import method_rules
from accounts.calc.method_rules import Refusal, Terms, Used
from accounts.models import Deposit, MethodTerms, Payment, PaymentMethod, wording
from accounts.permissions import SEE_PAYMENT_METHODS
from accounts.states import DIRECTION_LABELS, Direction, Withdrawal
from accounts.terms import ENDED_WITHOUT
from accounts.terms import Deposit as State
from backoffice.core import access
from backoffice.core.compiled import Question
from backoffice.ui import figures

SHOWN = ("id", "code", "name", "kind", "currency", "direction", "network")
COUNTRY = re.compile(r"[A-Z]{2}")
DAY, MONTH = timedelta(days=1), timedelta(days=30)
COPIED = (
    "is_offered", "minimum", "maximum", "day_limit", "month_limit", "fee_percent", "fee_fixed",
    "provider_percent", "provider_fixed", "decide_hours", "pay_hours",
)  # fmt: skip
NOTHING_MOVED = (
    Withdrawal.REJECTED,
    Withdrawal.CANCELLED,
    Withdrawal.REFUSED,
    Withdrawal.RETURNED,
)


#: What came by a deposit, else what is asked for; of another currency nothing is credited.
MOVED_IN = Case(
    When(received_amount__isnull=False, received_currency=F("currency"), then="received_amount"),
    default="asked_amount",
)
#: Asked at every withdrawal: written once a process.
HOLDS = Question(
    lambda method_id, direction, country: (
        MethodTerms.objects.filter(
            Q(country="") | Q(country=country), method_id=method_id, direction=direction
        )
        .order_by("country", "-id")
        .distinct("country")
    ),
    int,
    str,
    str,
)


def terms_of(
    method: PaymentMethod, country: str, direction: Direction, *, at: datetime | None = None
) -> Terms:
    """Return what holds: of the country, else of every other one, else of the method itself.

    `at`: what held then; None is now.
    """
    if at is not None:
        return terms_of_many([method], country, direction, at=at)[method.pk]
    newest = {row.country: row for row in HOLDS.all(method.pk, direction.value, country)}
    holds = newest.get(country) or newest.get("")
    return _of_row(holds) if holds is not None else _of_method(method, direction)


def terms_of_many(
    methods: Iterable[PaymentMethod],
    country: str,
    direction: Direction,
    *,
    at: datetime | None = None,
) -> dict[int, Terms]:
    """Return the same of several methods, by number, in one query."""
    known = list(methods)
    rows = MethodTerms.objects.filter(
        method__in=[one.pk for one in known], direction=direction, country__in=["", country]
    )
    if at is not None:
        rows = rows.filter(set_at__lte=at)
    rows = rows.order_by("method_id", "country", "-id").distinct("method_id", "country")
    newest = {(row.method_id, row.country): row for row in rows}
    found = {}
    for one in known:
        holds = newest.get((one.pk, country)) or newest.get((one.pk, ""))
        found[one.pk] = _of_row(holds) if holds is not None else _of_method(one, direction)
    return found


def used_of(client_id: int, method_id: int, direction: Direction, *, now: datetime) -> Used:
    """Return what a client moved, or is about to move, by a method within a day and a month."""
    moved: Any = MOVED_IN
    moment = "started_at"
    if direction is Direction.OUT:
        rows: QuerySet[Any] = Payment.objects.filter(
            client_id=client_id, method_id=method_id, requested_at__gt=now - MONTH
        ).exclude(state__in=NOTHING_MOVED)
        moved, moment = F("amount"), "requested_at"
    else:
        rows = Deposit.objects.filter(
            client_id=client_id, method_id=method_id, started_at__gt=now - MONTH
        ).exclude(state__in=[*ENDED_WITHOUT, State.RETURNED])
    told = rows.aggregate(
        day=Sum(moved, filter=Q(**{f"{moment}__gt": now - DAY})), month=Sum(moved)
    )
    return Used(day=told["day"] or Decimal(0), month=told["month"] or Decimal(0))


def why_not(
    method: PaymentMethod,
    client: Any,
    amount: Decimal,
    direction: Direction,
    *,
    terms: Terms | None = None,
    now: datetime,
) -> str:
    """Return in one sentence why a client cannot move an amount this way; "" when they can."""
    terms = terms or terms_of(method, client.country, direction)
    has_limits = terms.day_limit is not None or terms.month_limit is not None
    used = used_of(client.pk, method.pk, direction, now=now) if has_limits else Used()
    found = method_rules.refusal(terms, amount, used, is_out=direction is Direction.OUT)
    if found is None:
        fee = method_rules.own_fee(terms, amount, method.currency)
        found = Refusal(method_rules.NOTHING_LEFT, fee) if fee >= amount else None
    return "" if found is None else sentence(found, method.currency)


def sentence(found: Refusal, currency: str) -> str:
    """Return a refusal as people read it."""
    told = {"limit": found.limit, "left": found.left}
    words = {name: wording.money(amount, currency) for name, amount in told.items()}
    return _(found.sentence).format(**words)


def list_methods_for(user: Any) -> QuerySet[PaymentMethod]:
    """Return the methods of the legal entities in reach."""
    rows = access.restrict(PaymentMethod.objects.all(), user, SEE_PAYMENT_METHODS)
    return rows.select_related("legal_entity").order_by("legal_entity_id", "code", "currency")


def get_method_for(user: Any, pk: int) -> PaymentMethod:
    """Return a method in reach; Http404 for any other."""
    return access.get_or_404_for(list_methods_for(user), user, SEE_PAYMENT_METHODS, pk=pk)


def way_asked(method: PaymentMethod, asked: Mapping[str, str]) -> tuple[Direction, str]:
    """Return the direction and country that a page's address names; what it cannot be is left."""
    ways = [one for one in (Direction.IN, Direction.OUT) if is_way_of(method, one)]
    named = [one for one in ways if one.value == asked.get("direction")]
    country = asked.get("country", "")
    return (named or ways)[0], country if COUNTRY.fullmatch(country) else ""


def is_way_of(method: PaymentMethod, direction: Direction) -> bool:
    """Say whether a method moves money this way."""
    return method.direction in (direction, Direction.BOTH)


@dataclass(frozen=True, slots=True)
class Way:
    """What holds for one direction and country, in words."""

    direction: Direction
    label: str
    country: str
    terms: Terms
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A method with what holds, direction by direction and country by country."""

    method: PaymentMethod
    ways: tuple[Way, ...]


def offers_for(user: Any) -> list[Offer]:
    """Return the methods in reach with the terms in force, in two queries."""
    methods = list(list_methods_for(user))
    way = ("method_id", "direction", "country")
    rows = MethodTerms.objects.filter(method__in=[one.pk for one in methods])
    newest = {
        (row.method_id, row.direction, row.country): row
        for row in rows.order_by(*way, "-id").distinct(*way)
    }
    return [Offer(one, tuple(_ways(one, newest))) for one in methods]


def words_of(terms: Terms, currency: str) -> tuple[str, ...]:
    """Return limits and fee as people read them; what is not limited and free says so."""
    limits = [
        words % {"amount": figures.amount(limit, currency)}
        for words, limit in (
            (_("from %(amount)s"), terms.minimum),
            (_("up to %(amount)s"), terms.maximum),
            (_("%(amount)s within 24 hours"), terms.day_limit),
            (_("%(amount)s within 30 days"), terms.month_limit),
        )
        if limit is not None
    ]
    fee = _share(terms.fee_percent, terms.fee_fixed, currency)
    told = _("fee %(share)s") % {"share": fee} if fee else _("no fee")
    return (*(limits or [_("no limit")]), told)


def told_of_many(
    methods: Iterable[PaymentMethod], country: str, direction: Direction
) -> list[SimpleNamespace]:
    """Return methods with what holds for a client in this country, as machines read them."""
    known = list(methods)
    holds = terms_of_many(known, country, direction)
    told = []
    for one in known:
        terms = holds[one.pk]
        why = method_rules.closed(terms)
        mine = {name: getattr(one, name) for name in SHOWN}
        limits = {name: getattr(terms, name) for name in COPIED}
        words = sentence(why, one.currency) if why is not None else ""
        told.append(SimpleNamespace(**mine, **limits, why_not=words))
    return told


def _ways(method: PaymentMethod, newest: dict[tuple[int, str, str], MethodTerms]) -> Iterator[Way]:
    for direction in (Direction.IN, Direction.OUT):
        if not is_way_of(method, direction):
            continue
        known = [row for key, row in newest.items() if key[:2] == (method.pk, direction)]
        countries = {row.country: _of_row(row) for row in known}
        countries.setdefault("", _of_method(method, direction))
        for country, terms in sorted(countries.items()):
            yield _way(method, direction, country, terms)


def _way(method: PaymentMethod, direction: Direction, country: str, terms: Terms) -> Way:
    words = words_of(terms, method.currency)
    if direction is Direction.OUT:
        kept = _share(terms.provider_percent, terms.provider_fixed, method.currency)
        words += (_("the provider keeps %(share)s") % {"share": kept},) if kept else ()
        told = {"decide": terms.decide_hours, "pay": terms.pay_hours}
        words += (_("%(decide)s h to decide, %(pay)s h to pay") % told,)
    return Way(direction, _(DIRECTION_LABELS[direction]), country, terms, words)


def _share(percent: Decimal, fixed: Decimal, currency: str) -> str:
    """Return a share and an amount of a fee as one figure; "" for nothing."""
    told = [f"{percent.normalize():f} %"] if percent else []
    told += [figures.amount(fixed, currency)] if fixed else []
    return " + ".join(told)


def history_of(method: PaymentMethod) -> list[tuple[datetime, Way]]:
    """Return the versions of a method's terms and since when each held, the newest first."""
    rows = MethodTerms.objects.filter(method=method).order_by("-id")[:100]
    return [
        (row.set_at, _way(method, Direction(row.direction), row.country, _of_row(row)))
        for row in rows
    ]


def _of_row(row: MethodTerms) -> Terms:
    told = {name: getattr(row, name) for name in COPIED}
    return Terms(**told, is_of_country=bool(row.country), notices=tuple(row.notices))


def _of_method(method: PaymentMethod, direction: Direction) -> Terms:
    if direction is Direction.OUT:
        return Terms()
    return Terms(minimum=method.minimum, maximum=method.maximum, fee_percent=method.fee_percent)
