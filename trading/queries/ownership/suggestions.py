"""Whose an account of nobody may be: clients found by what the account says of its person.

Three queries for any number of accounts: clients by their keys, other accounts by theirs, and all
accounts of whoever was found.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, F, Func, Value
from django.db.models.functions import Lower, Right

from crm.calc import contacts, countries
from crm.permissions import SEE_CLIENTS
from crm.queries import lookalikes
from crm.queries.lookalikes import Lookalike, Marks
from trading.models import TradingAccount
from trading.models.trading_account import PHONE_TAIL
from trading.queries.ownership import weighing
from trading.queries.ownership.weighing import Suggestion
from trading.states import Evidence

#: A client's number in a comment: marked as one, or the whole comment.
NAMED = re.compile(
    r"(?:#|\b(?:crm|client|cl|id|no)\b[\s:#.=-]*)(\d{1,12})\b|^\s*(\d{4,12})\s*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What one account says of its person, as keys."""

    email: str
    phone: str
    tail: str
    name: str
    country: str
    comment_email: str
    comment_numbers: frozenset[int]
    agent: tuple[int, int] | None


@dataclass(slots=True)
class Known:
    """What the accounts of one client say, all together."""

    emails: set[str] = field(default_factory=set)
    tails: set[str] = field(default_factory=set)
    agents: set[tuple[int, int]] = field(default_factory=set)


def suggestions_for(user: Any, accounts: Sequence[Any]) -> dict[int, list[Suggestion]]:
    """Return, by account, the clients it may belong to, as far as the user may see them."""
    found = suggest(accounts)
    everyone = {one.client_id for some in found.values() for one in some}
    seen = lookalikes.within_reach(user, SEE_CLIENTS, everyone)
    return {
        account_id: [one for one in some if one.client_id in seen]
        for account_id, some in found.items()
    }


def suggest(accounts: Sequence[Any]) -> dict[int, list[Suggestion]]:
    """Return, by account, the clients it may belong to; nobody's reach narrows the answer."""
    traits = {account.pk: traits_of(account) for account in accounts}
    if not traits:
        return {}
    siblings = _siblings(traits.values())
    clients = {one.client_id: one for one in lookalikes.lookalikes(_marks(traits, siblings))}
    known = _known(clients)
    return {
        account_id: weighing.ranked(
            _suggestion(one, trait, known[one.client_id]) for one in clients.values()
        )
        for account_id, trait in traits.items()
    }


def traits_of(account: Any) -> Traits:
    """Return what an account says of its person."""
    numbers = (first or second for first, second in NAMED.findall(account.comment))
    return Traits(
        email=contacts.email_key(account.email),
        phone=contacts.phone_key(account.phone, account.country),
        tail=contacts.phone_tail(account.phone),
        name=contacts.name_key(account.name),
        country=countries.iso_code(account.country),
        comment_email=contacts.email_key(account.comment),
        comment_numbers=frozenset(int(number) for number in numbers),
        agent=(account.server_id, account.agent_login) if account.agent_login else None,
    )


def _marks(traits: Mapping[int, Traits], siblings: frozenset[int]) -> Marks:
    told = traits.values()
    emails = {one.email for one in told} | {one.comment_email for one in told}
    return Marks(
        emails=frozenset(emails - {""}),
        tails=frozenset({one.tail for one in told} - {""}),
        names=frozenset({one.name for one in told} - {""}),
        numbers=frozenset(number for one in told for number in one.comment_numbers),
        client_ids=siblings,
    )


def _siblings(traits: Iterable[Traits]) -> frozenset[int]:
    """Return the clients who have another account with the same e-mail or phone."""
    told = list(traits)
    emails, tails = {one.email for one in told} - {""}, {one.tail for one in told} - {""}
    if not emails and not tails:
        return frozenset()
    by_email = _bound().filter(mail__in=emails).exclude(email="")
    by_phone = _bound().filter(tail__in=tails).exclude(phone="")
    found = by_email.values_list("client_id").union(by_phone.values_list("client_id"))
    return frozenset(client_id for (client_id,) in found[: lookalikes.AT_MOST])


def _known(clients: Mapping[int, Lookalike]) -> Mapping[int, Known]:
    """Return what all accounts of these clients say."""
    known: defaultdict[int, Known] = defaultdict(Known)
    rows = _bound().filter(client_id__in=clients.keys())
    columns = ("client_id", "server_id", "agent_login", "email", "phone")
    for client_id, server_id, agent, email, phone in rows.values_list(*columns):
        one = known[client_id]
        one.emails.add(contacts.email_key(email))
        one.tails.add(contacts.phone_tail(phone))
        if agent:
            one.agents.add((server_id, agent))
    return known


def _bound() -> Any:
    digits = Func(F("phone"), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace")
    return TradingAccount.objects.filter(client__isnull=False).annotate(
        mail=Lower("email"), tail=Right(digits, PHONE_TAIL, output_field=CharField())
    )


def _suggestion(client: Lookalike, traits: Traits, known: Known) -> Suggestion:
    evidence, weight = weighing.weigh(_evidence(client, traits, known))
    return Suggestion(
        client_id=client.client_id,
        number=client.number,
        full_name=client.full_name,
        status=client.status,
        evidence=evidence,
        weight=weight,
    )


def _evidence(client: Lookalike, traits: Traits, known: Known) -> set[Evidence]:
    """Return everything that speaks for or against a client."""
    has_email = bool(traits.email) and traits.email == client.email_key
    facts = {
        Evidence.EMAIL: has_email,
        Evidence.PHONE: bool(traits.phone) and traits.phone == client.phone_key,
        Evidence.PHONE_TAIL: bool(traits.tail) and traits.tail == client.phone_tail,
        Evidence.NAME: bool(traits.name) and traits.name == client.name_key,
        Evidence.COMMENT_NUMBER: client.number in traits.comment_numbers,
        Evidence.COMMENT_EMAIL: bool(traits.comment_email)
        and traits.comment_email == client.email_key,
        Evidence.ACCOUNT_EMAIL: not has_email and traits.email in known.emails - {""},
        Evidence.ACCOUNT_PHONE: traits.tail != client.phone_tail
        and traits.tail in known.tails - {""},
        Evidence.AGENT: traits.agent in known.agents,
        Evidence.OTHER_NAME: bool(traits.name) and traits.name != client.name_key,
        Evidence.COUNTRY: bool(traits.country) and traits.country == client.country,
        Evidence.OTHER_COUNTRY: bool(traits.country and client.country)
        and traits.country != client.country,
    }
    return {one for one, is_so in facts.items() if is_so}
