"""What clients are written about transfers: whose it was, and whom it reached."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from accounts.actions.transfers import returning
from accounts.models import Transfer
from accounts.terms import Transfer as State
from backoffice.core import clock
from crm.models import Client, ClientLetter
from tests.accounts.actions.letters.test_writing import worked
from tests.accounts.actions.transfers.test_to_another import BEA, give, vote
from tests.factories.moving.transfers import Pair, a_pair, a_pair_in_metatrader, an_account_of
from tests.factories.people import a_client

pytestmark = pytest.mark.django_db
INTERNAL = "brothers, says the desk"


@pytest.fixture
def pair(tmp_path: Path, settings: Any, db: None) -> Iterator[Pair]:
    """A client with two accounts in MetaTrader, who reads mail."""
    made = a_pair()
    Client.objects.filter(pk=made.till.client.pk).update(email="ana@example.com")
    with a_pair_in_metatrader(made, tmp_path, settings):
        yield made


@pytest.fixture
def receiver(pair: Pair) -> Client:
    """Bea, with an account 99 at the same broker."""
    client = a_client("Bea Far", entity=pair.till.client.legal_entity)
    Client.objects.filter(pk=client.pk).update(email=BEA)
    an_account_of(client, 99)
    return client


def written() -> list[tuple[str, str]]:
    rows = ClientLetter.objects.order_by("id").select_related("client")
    return [(one.code, one.client.full_name) for one in rows]


def test_between_own_places_only_the_end_is_told(pair: Pair) -> None:
    pair.ask()
    worked()

    assert Transfer.objects.get().state == State.DONE
    assert written() == [("transfer-done", "Ana Ruiz")]
    said = mail.outbox[0].body
    assert "100.00" in said
    assert "from account 7 to account 8" in said
    assert "$" not in said


def test_to_another_client_both_are_told_and_neither_who_the_other_is(
    pair: Pair, receiver: Client
) -> None:
    transfer = give(pair, note=INTERNAL)
    worked()
    assert written() == [("transfer-received", "Ana Ruiz")]

    for person in (pair.till.approver, pair.till.second):
        vote(transfer, person)
    worked()

    assert written()[1:] == [("transfer-done", "Ana Ruiz"), ("transfer-came", "Bea Far")]
    hers, theirs = (one.body for one in mail.outbox[1:])
    assert "another client" in hers
    assert "Bea" not in hers
    assert "account 99" not in hers
    assert "Ana" not in theirs
    assert "account 99" in theirs
    assert INTERNAL not in hers + theirs


def test_taken_back_is_told_without_the_reason(pair: Pair, receiver: Client) -> None:
    transfer = give(pair)
    returning.cancel_transfer(
        transfer_id=transfer.pk, reason=INTERNAL, actor=pair.till.asker.actor, now=clock.now()
    )
    worked()

    assert written()[-1] == ("transfer-cancelled", "Ana Ruiz")
    assert INTERNAL not in mail.outbox[-1].body
