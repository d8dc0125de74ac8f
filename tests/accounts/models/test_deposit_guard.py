"""What PostgreSQL itself refuses about deposits, whatever code asks for it."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.actions.deposits import callbacks
from accounts.actions.deposits.callbacks import Callback
from accounts.models import Deposit, DepositOperation, ProviderCallback
from accounts.terms import DEPOSIT, DEPOSIT_FINAL
from accounts.terms import Deposit as State
from backoffice.core import clock
from tests.factories.incoming.deposits import (
    CODE,
    a_card,
    a_cardly,
    known_client,
    paid,
    start,
    take,
)
from tests.factories.payments import SYSTEM, Till, a_till

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db: None, settings: Any) -> Any:
    """A till with a card, its provider scripted."""
    till = a_till()
    known_client(till)
    a_card(till)
    with a_cardly(settings):
        yield till


def refused(deposit: Deposit, **changes: Any) -> str:
    """The name of the guard that refuses a change."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Deposit.objects.filter(pk=deposit.pk).update(**changes)
    diagnosis = getattr(caught.value.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", ""))


def test_the_lawful_moves_are_those_of_the_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM accounts_lawful_deposit_move")
        known = set(cursor.fetchall())
    assert known == {(str(before), str(after)) for (before, _), after in DEPOSIT.moves.items()}
    known.remove(("CREDITED", "CHARGED_BACK"))  # the one way out of an end: a case that was lost
    assert not {before for before, _ in known} & {str(state) for state in DEPOSIT_FINAL}


def test_every_state_can_be_reached() -> None:
    assert {State.STARTED, *DEPOSIT.moves.values()} == set(State)


def test_a_move_that_is_not_lawful(till: Till) -> None:
    assert refused(start(till), state=State.CREDITED) == "accounts_deposit_lawful"


def test_whose_it_is_and_what_was_asked_never_change(till: Till) -> None:
    deposit = start(till)
    for changes in ({"asked_amount": 5}, {"owner": till.approver}, {"source": "x"}):
        assert refused(deposit, **changes) == "accounts_deposit_fixed"


def test_what_came_in_is_not_rewritten(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit))
    for changes in ({"received_amount": 5}, {"provider_reference": "x"}, {"credit_amount": 5}):
        assert refused(deposit, **changes) == "accounts_deposit_received_fixed"


def test_what_is_over_stays(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit, "150.00"))
    unaccepted = refused(deposit, state=State.CREDITED, ticket=1)
    assert unaccepted == "accounts_deposit_unaccepted"
    same = str(deposit.started_by)
    now = clock.now()
    four = refused(deposit, accepted_by=same, accepted_at=now)
    assert four == "accounts_deposit_unaccepted"


def test_nothing_is_deleted(till: Till) -> None:
    deposit = start(till)
    for rows in (Deposit.objects.filter(pk=deposit.pk), DepositOperation.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete("default")  # type: ignore[attr-defined]


def test_a_callback_stays_as_it_came(till: Till) -> None:
    callbacks.keep_callback(
        callback=Callback(provider=CODE, address="127.0.0.1", headers={}, body=b"{}"),
        actor=SYSTEM,
        now=clock.now(),
    )
    for changes in ({"body": b"x"}, {"signature": "good"}, {"address": "10.0.0.1"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProviderCallback.objects.update(**changes)
    with pytest.raises(DatabaseError), transaction.atomic():
        ProviderCallback.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
