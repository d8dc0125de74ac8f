"""Accounts of nobody: people as MetaTrader describes them, before anybody knows whose they are."""

from typing import Any

from tests.factories.market import NOON, a_group, a_record, a_spec
from tests.factories.people import SETUP
from trading.actions import servers
from trading.mirror import books
from trading.models import BindingBatch, BindingLine, Server, TradingAccount
from trading.states import BindingOutcome


def some_strangers(
    server: Server, *people: dict[str, Any], first: int = 7001, entity: Any = None
) -> list[Any]:
    """Mirror one account for each description, under logins from `first` on; return them.

    Their group belongs to the legal entity, if one is named.
    """
    records = [a_record(first + at, **person) for at, person in enumerate(people)]
    books.write_symbols(server.pk, [a_spec("EURUSD", "EUR", "USD")], NOON)
    books.write_groups(server.pk, [a_group()], NOON)
    if entity is not None:
        servers.assign_groups(
            server_id=server.pk, mask="*", legal_entity_id=entity.pk, actor=SETUP, now=NOON
        )
    books.write_accounts(server.pk, records, NOON)
    logins = [one.login for one in records]
    rows = TradingAccount.objects.filter(server=server, login__in=logins)
    return list(rows.select_related("server", "group").order_by("login"))


def a_binding_of(account: Any) -> BindingBatch:
    """A bulk act of a moment ago that gave this bound account to its client."""
    made = BindingLine.objects.filter(account=account).first()
    if made is not None:
        return made.batch
    batch = BindingBatch.objects.create(made_by="system:tests", made_at=account.bound_at)
    BindingLine.objects.create(
        batch=batch, account=account, client_id=account.client_id, outcome=BindingOutcome.BOUND
    )
    return batch
