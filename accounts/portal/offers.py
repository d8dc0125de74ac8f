"""What a client can choose from in a form: own accounts, wallets, methods with limits and fee."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.calc import method_rules
from accounts.calc.method_rules import Terms
from accounts.queries.own import payments
from accounts.queries.transfers import places
from accounts.queries.ways.in_force import sentence, terms_of_many, words_of
from accounts.states import Direction
from backoffice.core.money import rounded
from backoffice.ui import figures
from crm.queries import known
from trading.queries import trading_accounts

Choices = list[tuple[int | str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The choices of a form; `shut` are the ways that are closed to this client, and why."""

    accounts: Choices
    methods: Choices
    shut: list[tuple[str, str]]
    currencies: dict[str, int]

    def with_wallets(self, client_id: int) -> Choices:
        """Return the accounts, and the wallets with money beside one of their currency."""
        return self.accounts + [
            (f"wallet:{self.currencies[one.currency]}", _wallet(one))
            for one in places.wallets_of(client_id)
            if one.balance > 0 and one.currency in self.currencies
        ]


def offer_for(client_id: int, direction: Direction) -> Offer:
    """Return what a client is offered for money going this way; each thing is asked for once."""
    client = known.get_client(client_id)
    mine = trading_accounts.list_accounts_of(client_id)
    held = {one.currency for one in mine}
    methods = payments.methods_of(client.legal_entity_id, held, direction) if client else []
    holds = terms_of_many(methods, client.country, direction) if methods and client else {}
    open_ones = [one for one in methods if method_rules.closed(holds[one.pk]) is None]
    return Offer(
        accounts=[(one.pk, _account(one)) for one in mine if _takes(one)],
        methods=[(one.pk, _method(one, holds[one.pk])) for one in open_ones],
        shut=list(_shut(methods, holds)),
        currencies={one.currency: one.pk for one in mine if not one.is_demo},
    )


def _shut(methods: list[Any], holds: dict[int, Terms]) -> Iterator[tuple[str, str]]:
    for one in methods:
        why = method_rules.closed(holds[one.pk])
        if why is not None:
            yield str(one), sentence(why, one.currency)


def _takes(account: Any) -> bool:
    return bool(account.enabled and not account.closed_on_server and not account.is_demo)


def _account(account: Any) -> str:
    balance = figures.amount(rounded(account.balance, account.currency), account.currency)
    return f"{account.login} · {balance} {account.currency}"


def _wallet(place: Any) -> str:
    balance = figures.amount(place.balance, place.currency)
    told = {"balance": balance, "currency": place.currency}
    return _("Wallet · %(balance)s %(currency)s") % told


def _method(method: Any, terms: Terms) -> str:
    return " · ".join([method.name, method.currency, *words_of(terms, method.currency)])
