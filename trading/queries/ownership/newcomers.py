"""Who is new: accounts of nobody put together by person, each person held against the clients."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crm.calc import contacts, countries
from crm.permissions import SEE_CLIENTS
from crm.queries import lookalikes
from trading.queries.ownership import suggestions
from trading.queries.ownership.suggestions import Traits
from trading.queries.ownership.weighing import FAIR_FROM, Suggestion

LONGEST_NAME, LONGEST_PHONE, LONGEST_CITY = 160, 40, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody behind one account or several, as MetaTrader describes them.

    `duplicates` are clients whom they look like; of `namesakes` little more than the name is the
    same. `key` names the row: its first account.
    """

    accounts: tuple[Any, ...]
    full_name: str
    email: str
    phone: str
    country: str
    city: str
    duplicates: tuple[Suggestion, ...]
    namesakes: tuple[Suggestion, ...] = ()

    @property
    def key(self) -> int:
        """Return the first account's number in our books."""
        return int(self.accounts[0].pk)

    @property
    def is_clear(self) -> bool:
        """Return whether nothing speaks against registering them."""
        return bool(self.full_name) and not self.duplicates


def newcomers(accounts: Sequence[Any]) -> list[Newcomer]:
    """Return the people behind these accounts, in the order of their first accounts.

    Two accounts are one person's where the name is the same and e-mail or whole phone are too.
    """
    ordered = sorted(accounts, key=lambda account: account.pk)
    traits = {account.pk: suggestions.traits_of(account) for account in ordered}
    found = suggestions.suggest(ordered)
    return [_newcomer(group, found) for group in _grouped(ordered, traits)]


def hidden_from(user: Any, people: Iterable[Newcomer]) -> frozenset[int]:
    """Return the clients among all duplicates whom the user may not see: they are not named."""
    everyone = {one.client_id for person in people for one in person.duplicates}
    return frozenset(everyone) - lookalikes.within_reach(user, SEE_CLIENTS, everyone)


def _grouped(accounts: Sequence[Any], traits: dict[int, Traits]) -> list[list[Any]]:
    """Return the accounts by person: those that share a contact of the same name."""
    person_of: dict[int, int] = {}
    by_mark: dict[tuple[str, str], int] = {}
    for account in accounts:
        trait = traits[account.pk]
        marks = [(trait.name, mark) for mark in (trait.email, trait.phone) if trait.name and mark]
        known = {by_mark[mark] for mark in marks if mark in by_mark}
        person = min(known, default=account.pk)
        for other, whose in list(person_of.items()):
            person_of[other] = person if whose in known else whose
        person_of[account.pk] = person
        by_mark = {mark: person if whose in known else whose for mark, whose in by_mark.items()}
        by_mark |= dict.fromkeys(marks, person)
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for account in accounts:
        groups[person_of[account.pk]].append(account)
    return list(groups.values())


def _newcomer(group: list[Any], found: dict[int, list[Suggestion]]) -> Newcomer:
    best: dict[int, Suggestion] = {}
    for account in group:
        for one in found.get(account.pk, ()):
            known = best.get(one.client_id)
            if known is None or one.weight > known.weight:
                best[one.client_id] = one
    ordered = sorted(best.values(), key=lambda one: (-one.weight, one.number))
    return Newcomer(
        accounts=tuple(group),
        full_name=_first(group, "name", LONGEST_NAME),
        email=next(filter(None, (contacts.email_key(one.email) for one in group)), ""),
        phone=_first(group, "phone", LONGEST_PHONE),
        country=countries.iso_code(_first(group, "country", 64)),
        city=_first(group, "city", LONGEST_CITY),
        duplicates=tuple(one for one in ordered if one.weight >= FAIR_FROM),
        namesakes=tuple(one for one in ordered if one.weight < FAIR_FROM),
    )


def _first(group: list[Any], name: str, longest: int) -> str:
    values = (" ".join(str(getattr(account, name)).split()) for account in group)
    return next((value for value in values if value), "")[:longest]
