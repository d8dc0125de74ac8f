"""What a client can choose from in a form: own accounts, methods with limits and fee."""

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


def offered(client_id: int, direction: Direction) -> dict[str, Choices]:
    """Return the choices of a form for money going this way."""
    client = known.get_client(client_id)
    accounts = trading_accounts.list_accounts_of(client_id)
    held = {one.currency for one in accounts}
    methods = payments.methods_of(client.legal_entity_id, held, direction) if client else []
    holds = terms_of_many(methods, client.country, direction) if client else {}
    return {
        "accounts": [(one.pk, _account(one)) for one in accounts if _takes(one)],
        "methods": [
            (one.pk, _method(one, holds[one.pk])) for one in methods if holds[one.pk].is_offered
        ],
    }


def shut(client_id: int, direction: Direction) -> list[tuple[str, str]]:
    """Return the ways that this client cannot use, each with one sentence why."""
    client = known.get_client(client_id)
    held = {one.currency for one in trading_accounts.list_accounts_of(client_id)}
    methods = payments.methods_of(client.legal_entity_id, held, direction) if client else []
    holds = terms_of_many(methods, client.country, direction) if client else {}
    found = ((one, method_rules.closed(holds[one.pk])) for one in methods)
    return [(str(one), sentence(why, one.currency)) for one, why in found if why is not None]


def from_wallets(client_id: int) -> Choices:
    """Return the wallets that money can be withdrawn from, by the account of their currency."""
    mine = trading_accounts.list_accounts_of(client_id)
    accounts = {one.currency: one.pk for one in mine if not one.is_demo}
    return [
        (f"wallet:{accounts[one.currency]}", _wallet(one))
        for one in places.wallets_of(client_id)
        if one.balance > 0 and one.currency in accounts
    ]


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
