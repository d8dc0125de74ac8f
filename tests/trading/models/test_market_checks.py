"""What the database itself refuses, whoever writes."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import F

from tests.factories.market import NOON, a_closed_trade, a_record, a_trade
from tests.factories.servers import a_server, some_owners
from trading.mirror import moves
from trading.models import BalanceOperation, Deal, Position, Server, TradingAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> TradingAccount:
    """An account with an open and a closed ticket."""
    server = a_server()
    owners = some_owners(server, 1001)
    moves.write_tickets(server.pk, [a_trade(1), a_closed_trade(2)], owners, NOON)
    return TradingAccount.objects.get(pk=owners[1001].account_id)


def refuses(constraint: str, change: Any) -> None:
    """Assert that a change breaks this constraint."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        change()


@pytest.mark.parametrize("model", [Position, Deal])
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"volume_hundredths": -1}, "volume"),
        ({"cmd": 6}, "cmd"),
        ({"profit": Decimal("0.001")}, "digits"),
        ({"ticket": F("ticket") + 1}, "key"),
    ],
)
def test_tickets(account: TradingAccount, model: Any, change: Any, constraint: str) -> None:
    """Volumes, commands, cents and keys, in both tables alike."""
    refuses(f"{model._meta.db_table}_{constraint}", lambda: model.objects.update(**change))


def test_accounts(account: TradingAccount) -> None:
    """One login a server, and a balance in the currency's digits."""
    rows = TradingAccount.objects.all()
    refuses("trading_account_digits", lambda: rows.update(balance=Decimal("0.005")))
    refuses("trading_account_digits", lambda: rows.update(currency="JPY", balance=Decimal("0.5")))
    refuses("trading_account_login", lambda: rows.update(login=0))
    account.pk = None
    refuses("trading_account_server_login", account.save)


def an_operation(account: TradingAccount, **values: Any) -> BalanceOperation:
    """Make a money command of 10 dollars."""
    key = uuid4()
    plain: dict[str, Any] = {
        "key": key,
        "marker": f"BO:{key.hex[:22]}",
        "account": account,
        "kind": "balance",
        "amount": Decimal(10),
        "currency": "USD",
        "created_by": "system:tests",
        "created_at": NOON,
        "changed_at": NOON,
    }
    return BalanceOperation.objects.create(**(plain | values))


def test_balance_operations(account: TradingAccount) -> None:
    """Nothing is confirmed without a ticket, nor sent without an attempt."""
    first = an_operation(account)
    assert first.state == "NOT_STARTED"
    for constraint, values in (
        ("kind", {"kind": "bonus"}),
        ("state", {"state": "DONE"}),
        ("amount", {"amount": Decimal(0)}),
        ("digits", {"amount": Decimal("0.001")}),
        ("confirmed_ticket", {"state": "CONFIRMED"}),
        ("sending_attempt", {"state": "SENDING"}),
    ):
        refuses(
            f"trading_balanceoperation_{constraint}", lambda v=values: an_operation(account, **v)
        )
    refuses("marker", lambda: an_operation(account, marker=first.marker))
    refuses("key", lambda: an_operation(account, key=first.key))


def test_the_application_makes_no_tables(account: TradingAccount) -> None:
    """It asks for a month; months that cannot be are refused."""
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE trading_deal_x (LIKE trading_deal)")
    for month in ("1970-01-01", "2100-01-01"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT trading_ensure_deal_partition(%s)", [month])


def test_specs_survive_the_database(account: TradingAccount) -> None:
    """What sums are given is what the server said."""
    assert account.group.spec().currency == a_record().currency
    assert Server.objects.get().symbols.get().spec().contract_size == Decimal(100_000)
