"""What a client can choose from in a form: own accounts, methods with limits and fee."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.queries.own import payments
from accounts.states import Direction
from backoffice.core.money import rounded
from backoffice.ui import figures
from crm.queries import known
from trading.queries import trading_accounts

Choices = list[tuple[int, str]]


def offered(client_id: int, direction: Direction) -> dict[str, Choices]:
    """Return the choices of a form for money going this way."""
    client = known.get_client(client_id)
    accounts = trading_accounts.list_accounts_of(client_id)
    held = {one.currency for one in accounts}
    methods = payments.methods_of(client.legal_entity_id, held, direction) if client else []
    return {
        "accounts": [(one.pk, _account(one)) for one in accounts if _takes(one)],
        "methods": [(one.pk, _method(one, direction)) for one in methods],
    }


def _takes(account: Any) -> bool:
    return bool(account.enabled and not account.closed_on_server and not account.is_demo)


def _account(account: Any) -> str:
    balance = figures.amount(rounded(account.balance, account.currency), account.currency)
    return f"{account.login} · {balance} {account.currency}"


def _method(method: Any, direction: Direction) -> str:
    told = [method.name, method.currency, *(_terms(method) if direction is Direction.IN else ())]
    return " · ".join(told)


def _terms(method: Any) -> Iterator[str]:
    """Yield what holds for deposits by this method: limits and fee."""
    if method.minimum is not None:
        amount = figures.amount(method.minimum, method.currency)
        yield _("from %(amount)s") % {"amount": amount}
    if method.maximum is not None:
        amount = figures.amount(method.maximum, method.currency)
        yield _("up to %(amount)s") % {"amount": amount}
    if method.fee_percent:
        yield _("fee %(percent)s %%") % {"percent": f"{method.fee_percent.normalize():f}"}
