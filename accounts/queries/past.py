"""What went before a withdrawal, in one statement: requests, sources, what they got back, who asks.

The facts of other rooms come in their own words: `known.CHECKED` is the client, `policies.in_force`
what the policies of their legal entity say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from accounts.calc import closed_loop
from accounts.calc.checks import Other, Pace, Person, RequisiteUse
from accounts.calc.closed_loop import PaidIn, Source
from accounts.states import UNDECIDED, Withdrawal
from accounts.terms import Deposit as Incoming
from accounts.terms import Transfer
from accounts.terms.disputes import DISPUTED, TAKEN, Dispute
from backoffice.company.queries import policies
from backoffice.core import compiled
from crm.queries import known

#: Until the debit is proved, the money of these is spoken for.
BEFORE_DEBIT = (*UNDECIDED, Withdrawal.APPROVED, Withdrawal.UNCERTAIN)
#: Of these nothing went to any source, or it came back.
GONE = (Withdrawal.REJECTED, Withdrawal.CANCELLED, Withdrawal.REFUSED, Withdrawal.RETURNED)
CHECKS, LOOP = "withdrawal-checks", "closed-loop"
NOTHING = Decimal(0)

PAST = f"""
SELECT (SELECT coalesce(json_agg(json_build_array(id, amount::text) ORDER BY id), '[]')::text
          FROM (SELECT id, amount, state FROM accounts_payment
                 WHERE NOT %(wallet)s AND account_id = %(account)s AND NOT from_wallet
                 UNION ALL
                SELECT id, amount, state FROM accounts_payment
                 WHERE %(wallet)s AND client_id = %(client)s AND currency = %(currency)s
                   AND from_wallet) beside
         WHERE state = ANY(%(open)s) AND id IS DISTINCT FROM %(itself)s),
       (SELECT json_build_array(count(*) FILTER (WHERE state = %(paid)s), min(requested_at))::text
          FROM accounts_payment
         WHERE requisite_key = %(requisite)s AND client_id = %(client)s),
       (SELECT count(DISTINCT client_id) FROM accounts_payment
         WHERE requisite_key = %(requisite)s AND client_id <> %(client)s),
       (SELECT coalesce(json_agg(json_build_array(
                   d.id, m.kind, d.payer_key, d.payer_label, m.id, m.name,
                   (d.received_amount - coalesce((
                       SELECT sum(c.amount) FROM accounts_dispute c
                        WHERE c.deposit_id = d.id AND c.state = ANY(%(taken)s)), 0))::text,
                   d.received_at)
                 ORDER BY d.received_at, d.id), '[]')::text
          FROM accounts_deposit d JOIN accounts_paymentmethod m ON m.id = d.method_id
         WHERE d.client_id = %(client)s AND d.state = ANY(%(credited)s)
           AND d.received_currency = %(currency)s),
       (SELECT coalesce(json_agg(json_build_array(
                   p.amount::text, p.split, p.account_id)), '[]')::text
          FROM accounts_payment p
         WHERE p.client_id = %(client)s AND p.currency = %(currency)s
           AND p.id IS DISTINCT FROM %(itself)s AND p.state <> ALL(%(gone)s)
           AND (p.state <> ALL(%(undecided)s) OR %(before)s::bigint IS NULL
                OR p.id < %(before)s::bigint)),
       (SELECT json_build_array(
                   coalesce(sum(amount) FILTER (
                       WHERE requested_at > %(now)s - interval '1 day'), 0)::text,
                   count(*) FILTER (WHERE requested_at > %(now)s - interval '1 day'),
                   coalesce(sum(amount), 0)::text)::text
          FROM accounts_payment
         WHERE client_id = %(client)s AND currency = %(currency)s
           AND id IS DISTINCT FROM %(itself)s AND state <> ALL(%(gone)s)
           AND requested_at > %(now)s - interval '7 days'),
       (SELECT count(DISTINCT o.client_id) FROM accounts_deposit o
         WHERE o.client_id <> %(client)s AND o.payer_key <> '' AND o.state <> %(unbound)s
           AND o.payer_key IN (SELECT mine.payer_key FROM accounts_deposit mine
                                WHERE mine.client_id = %(client)s AND mine.payer_key <> ''
                                  AND mine.state <> %(unbound)s)),
       (SELECT json_build_array(
                   count(*) FILTER (WHERE state = ANY(%(disputed)s)),
                   count(*) FILTER (WHERE state = ANY(%(taken)s)
                                      AND ended_at > %(now)s - interval '1 year'))::text
          FROM accounts_dispute WHERE client_id = %(client)s),
       (SELECT json_build_array(
                   coalesce(sum(target_amount) FILTER (
                       WHERE client_id <> %(client)s AND target_currency = %(currency)s), 0)::text,
                   (coalesce(sum(target_amount) FILTER (
                       WHERE client_id = to_client_id AND target_currency = %(currency)s
                         AND currency <> %(currency)s), 0)
                    - coalesce(sum(amount) FILTER (
                       WHERE client_id = to_client_id AND currency = %(currency)s
                         AND target_currency <> %(currency)s), 0))::text)::text
          FROM accounts_transfer WHERE to_client_id = %(client)s AND state = %(arrived)s),
       (SELECT kind FROM accounts_paymentmethod WHERE id = %(method)s),
       {known.CHECKED},
       {policies.in_force(known.ENTITY)}
"""  # noqa: S608 - nothing in it is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was found. `given`: what went already by source, also of money without a known one.

    `received` came from other clients' transfers, `converted` from another currency by own ones,
    less what was converted out of this one. `method_kind`: by which way it is to be paid.
    `disputed`: cases of the client's that are suspected or open; `charged_back`: those of the last
    year that took money back.
    """

    others: tuple[Other, ...]
    requisite: RequisiteUse
    sources: tuple[Source, ...]
    given: Mapping[str, Decimal]
    received: Decimal
    converted: Decimal
    method_kind: str
    pace: Pace
    client: Person | None
    card_paid_at: datetime | None
    disputed: int
    charged_back: int
    policies: Mapping[str, Mapping[str, object]]


def past_of(asked: Any, *, now: datetime) -> Past:
    """Return the past of what is asked for (`queries.checks.Asked`), as it is now."""
    (row,) = compiled.ask(PAST, values_of(asked, now=now))
    others, use, clients, paid_in, splits, pace, same_card, disputes, moved, *rest = row
    method_kind, client, in_force = rest
    paid, named_at = orjson.loads(use)
    disputed, charged_back = orjson.loads(disputes)
    deposits = orjson.loads(paid_in)
    received, converted = map(Decimal, orjson.loads(moved))
    sources, given = _sources(deposits, orjson.loads(splits), asked.account_id)
    return Past(
        others=tuple(
            Other(payment_id=number, amount=Decimal(amount))
            for number, amount in orjson.loads(others)
        ),
        requisite=RequisiteUse(
            paid=paid,
            other_clients=clients,
            first_named_at=_moment(named_at),
            is_source=asked.requisite_key in {one[2] for one in deposits},
        ),
        sources=sources,
        given=given,
        received=received,
        converted=converted,
        method_kind=method_kind or "",
        pace=_pace(orjson.loads(pace)),
        client=None if client is None else _person(orjson.loads(client), same_card),
        disputed=disputed,
        charged_back=charged_back,
        card_paid_at=max((_moment(one[7]) for one in deposits if one[1] == "card"), default=None),
        policies=orjson.loads(in_force) if in_force else {},
    )


def values_of(asked: Any, *, now: datetime) -> dict[str, Any]:
    """Return what the statement is asked with."""
    return {
        "account": asked.account_id,
        "wallet": asked.from_wallet,
        "itself": asked.payment_id,
        "open": [str(state) for state in BEFORE_DEBIT],
        "gone": [str(state) for state in GONE],
        "undecided": [str(state) for state in UNDECIDED],
        "before": 0 if asked.agreed else asked.payment_id,
        "requisite": asked.requisite_key,
        "client": asked.client_id,
        "currency": asked.currency,
        "paid": str(Withdrawal.PAID),
        "unbound": str(Incoming.CANCELLED),
        "arrived": str(Transfer.DONE),
        "method": asked.method_id,
        "policies": [CHECKS, LOOP],
        "credited": [str(Incoming.CREDITED), str(Incoming.CHARGED_BACK)],
        "disputed": [str(state) for state in (Dispute.SUSPECTED, *DISPUTED)],
        "taken": [str(state) for state in TAKEN],
        "now": now,
    }


def _sources(
    deposits: Iterable[Any], splits: Iterable[Any], account_id: int
) -> tuple[tuple[Source, ...], dict[str, Decimal]]:
    """Return the sources with what went back to each, and what went by source."""
    by_source, by_deposit, unsaid = _given(splits, account_id)
    found: dict[str, Source] = {}
    for number, kind, key, label, method, name, amount, at in deposits:
        source_key = f"{kind}:{key}" if key else f"method:{method}"
        paid = PaidIn(
            deposit=number,
            amount=Decimal(amount),
            at=datetime.fromisoformat(at),
            returned=by_deposit.get(number, NOTHING),
        )
        before = found.get(source_key)
        found[source_key] = Source(
            key=source_key,
            kind=kind,
            label=label or name,
            paid_in=(*(before.paid_in if before is not None else ()), paid),
            returned=by_source.get(source_key, NOTHING),
        )
    return tuple(closed_loop.spread(unsaid, list(found.values()))), by_source


def _given(
    splits: Iterable[Any], account_id: int
) -> tuple[dict[str, Decimal], dict[int, Decimal], Decimal]:
    """Return what went back by source and by original payment, and what nobody wrote down."""
    by_source: dict[str, Decimal] = {}
    by_deposit: dict[int, Decimal] = {}
    unsaid = NOTHING
    for amount, lines, of_account in splits:
        if not lines:
            unsaid += Decimal(amount)
        for line in lines:
            source, part = line["source"], Decimal(line["amount"])
            if source == closed_loop.UNKNOWN and of_account != account_id:
                continue  # what nobody knows of is reckoned account by account
            by_source[source] = by_source.get(source, NOTHING) + part
            if line["deposit"] is not None:
                number = line["deposit"]
                by_deposit[number] = by_deposit.get(number, NOTHING) + part
    return by_source, by_deposit, unsaid


def _pace(told: Any) -> Pace:
    day, count, week = told
    return Pace(day_amount=Decimal(day), day_count=count, week_amount=Decimal(week))


def _person(told: Any, same_card: int) -> Person:
    name, kyc_level, tags, changed_at, same_email, same_phone = told
    return Person(
        name=name,
        kyc_level=kyc_level,
        tags=tuple(tags),
        contact_changed_at=_moment(changed_at),
        same_email=same_email,
        same_phone=same_phone,
        same_card=same_card,
    )


def _moment(text: Any) -> Any:
    return None if text is None else datetime.fromisoformat(text)
