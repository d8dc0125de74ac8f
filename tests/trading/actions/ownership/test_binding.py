"""Many accounts given at once: each row for itself, undone in one, never past anybody's reach."""

from datetime import timedelta
from typing import Any

import pytest

from backoffice.core import records
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from crm.models import Client
from tests.factories.accounts.strangers import some_strangers
from tests.factories.market import NOON
from tests.factories.people import SETUP, a_client, a_legal_entity, a_staff_user
from tests.factories.servers import a_server
from trading.actions import trading_accounts
from trading.actions.ownership import binding
from trading.actions.ownership.binding import Pair
from trading.models import BindingBatch, BindingLine, TradingAccount
from trading.states import BindingOutcome

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=4)


@pytest.fixture
def entity() -> Any:
    """The legal entity that the server serves."""
    return a_legal_entity("house")


@pytest.fixture
def accounts(entity: Any) -> list[TradingAccount]:
    """Three accounts of nobody on one server."""
    return some_strangers(a_server(), {}, {}, {}, entity=entity)


@pytest.fixture
def clients(entity: Any) -> list[Client]:
    """Two clients."""
    return [a_client(name, entity=entity) for name in ("One", "Two")]


@pytest.fixture
def officer(entity: Any) -> Actor:
    """Somebody of this entity's back office."""
    return a_staff_user("back_office", entity=entity).actor


def owners(accounts: list[TradingAccount]) -> list[int | None]:
    """Whose the accounts are now."""
    rows = TradingAccount.objects.filter(pk__in=[one.pk for one in accounts]).order_by("login")
    return list(rows.values_list("client_id", flat=True))


def outcomes(batch: BindingBatch) -> list[str]:
    """What became of each account."""
    lines = BindingLine.objects.filter(batch=batch).order_by("account_id")
    return list(lines.values_list("outcome", flat=True))


def give(accounts: list[Any], clients: list[Any], actor: Actor, **values: Any) -> BindingBatch:
    """Give each account to the client beside it."""
    pairs = [
        Pair(account_id=account.pk, client_id=client.pk)
        for account, client in zip(accounts, clients, strict=True)
    ]
    return binding.bind_many(pairs=pairs, actor=actor, now=NOON, **values)


def test_one_client_gets_accounts_of_several_servers(
    accounts: list[Any], clients: list[Client], entity: Any, officer: Actor
) -> None:
    more = some_strangers(a_server("demo-2"), {}, entity=entity)
    one = clients[0]
    batch = give([*accounts[:2], *more], [one, one, one], officer)
    assert owners([*accounts[:2], *more]) == [one.pk] * 3
    assert set(outcomes(batch)) == {BindingOutcome.BOUND}
    assert TradingAccount.objects.get(pk=accounts[0].pk).bound_by == str(officer)
    told = [view.name for view in records.for_subject("client", one.pk)]
    assert told.count("trading.account.bound") == 3
    [event] = records.for_subject("binding", batch.pk)
    assert (event.fields["asked"], event.fields["given"]) == ("3", "3")


def test_a_row_that_cannot_be_holds_no_other_up(
    accounts: list[Any], clients: list[Client], officer: Actor
) -> None:
    one, two = clients
    trading_accounts.bind_account(
        account_id=accounts[0].pk, client_id=two.pk, actor=SETUP, now=NOON
    )
    TradingAccount.objects.filter(pk=accounts[1].pk).update(closed_on_server=True)
    batch = give(accounts, [one, one, one], officer)
    assert outcomes(batch) == [BindingOutcome.TAKEN, BindingOutcome.GONE, BindingOutcome.BOUND]
    assert owners(accounts) == [two.pk, None, one.pk]


def test_nothing_is_given_past_ones_reach(
    accounts: list[Any], clients: list[Client], officer: Actor
) -> None:
    """Neither an account of another entity's server, nor to a client of another entity."""
    elsewhere = a_legal_entity("elsewhere")
    [foreign] = some_strangers(a_server("demo-2"), {}, entity=elsewhere)
    stranger = a_client("Far", entity=elsewhere)
    batch = give([accounts[0], foreign], [stranger, clients[0]], officer)
    assert outcomes(batch) == [BindingOutcome.NOT_YOURS]
    assert owners([accounts[0], foreign]) == [None, None]
    with pytest.raises(trading_accounts.NotYours):
        give([foreign], [clients[0]], officer)
    with pytest.raises(trading_accounts.NotYours):
        trading_accounts.bind_account(
            account_id=accounts[0].pk, client_id=stranger.pk, actor=officer, now=NOON
        )


@pytest.mark.parametrize("role", ["sales_agent", "support", "finance", "auditor"])
def test_without_the_right_nothing_is_given(
    accounts: list[Any], clients: list[Client], role: str
) -> None:
    actor = a_staff_user(role).actor
    with pytest.raises(trading_accounts.NotYours):
        give(accounts[:1], clients[:1], actor)
    with pytest.raises(trading_accounts.NotYours):
        trading_accounts.bind_account(
            account_id=accounts[0].pk, client_id=clients[0].pk, actor=actor, now=NOON
        )
    assert owners(accounts) == [None] * 3
    assert not BindingBatch.objects.exists()


def test_nothing_and_too_much_are_refused(officer: Actor) -> None:
    with pytest.raises(Rejected, match="at least one"):
        binding.bind_many(pairs=[], actor=officer, now=NOON)
    many = [Pair(account_id=at, client_id=1) for at in range(1, 502)]
    with pytest.raises(binding.TooMany, match="501"):
        binding.bind_many(pairs=many, actor=officer, now=NOON)


def test_undone_in_one_but_what_changed_since_stays(
    accounts: list[Any], clients: list[Client], officer: Actor
) -> None:
    one, two = clients
    batch = give(accounts, [one, one, one], officer)
    moved = accounts[1].pk
    trading_accounts.unbind_account(account_id=moved, reason="wrong", actor=SETUP, now=LATER)
    trading_accounts.bind_account(account_id=moved, client_id=two.pk, actor=SETUP, now=LATER)
    binding.undo_batch(batch_id=batch.pk, actor=officer, now=LATER)
    assert owners(accounts) == [None, two.pk, None]
    assert outcomes(batch) == [
        BindingOutcome.UNDONE,
        BindingOutcome.CHANGED_SINCE,
        BindingOutcome.UNDONE,
    ]
    newest = records.for_subject("binding", batch.pk)[0]
    assert (newest.fields["taken"], newest.fields["left"]) == ("2", "1")


def test_taken_away_and_given_again_to_the_same_is_a_change(
    accounts: list[Any], clients: list[Client], officer: Actor
) -> None:
    batch = give(accounts[:1], clients[:1], officer)
    told: dict[str, Any] = {"account_id": accounts[0].pk, "actor": SETUP, "now": LATER}
    trading_accounts.unbind_account(reason="for a moment", **told)
    trading_accounts.bind_account(client_id=clients[0].pk, **told)
    binding.undo_batch(batch_id=batch.pk, actor=officer, now=LATER)
    assert owners(accounts[:1]) == [clients[0].pk]


def test_undone_once_and_for_five_minutes(
    accounts: list[Any], clients: list[Client], officer: Actor
) -> None:
    batch = give(accounts[:1], clients[:1], officer)
    with pytest.raises(binding.TooLate):
        binding.undo_batch(
            batch_id=batch.pk, actor=officer, now=NOON + timedelta(minutes=5, seconds=1)
        )
    binding.undo_batch(batch_id=batch.pk, actor=officer, now=NOON + timedelta(minutes=5))
    with pytest.raises(binding.TooLate):
        binding.undo_batch(batch_id=batch.pk, actor=officer, now=LATER)


def test_nobody_undoes_without_the_right(
    accounts: list[Any], clients: list[Client], officer: Actor
) -> None:
    batch = give(accounts[:1], clients[:1], officer)
    with pytest.raises(trading_accounts.NotYours):
        binding.undo_batch(batch_id=batch.pk, actor=a_staff_user("sales_agent").actor, now=LATER)
    assert owners(accounts[:1]) == [clients[0].pk]
