"""What is personal of a client's act is sealed: readable until it is erased, provable for ever."""

import hashlib

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backoffice.core import outbox
from backoffice.core.actors import Actor
from backoffice.core.models import EventRecord, SealedValue
from backoffice.core.outbox import sealing
from backoffice.core.runtime.origin import NOWHERE, Origin, current, within
from tests.backoffice.core.probes import NOON, ThingDropped, ThingWeighed

pytestmark = pytest.mark.django_db
HOME = Origin(address="203.0.113.9", device="Phone", request="r-1", session="s" * 16)


def act(actor):
    """Something done from HOME."""
    with within(HOME):
        number = outbox.emit(ThingDropped(thing_id=1), actor=actor, subjects=[], now=NOON)
    return EventRecord.objects.get(pk=number).told()["origin"]


def test_an_origin_ends_with_its_block():
    with within(HOME):
        assert current() is HOME
    assert current() is NOWHERE


def test_staff_are_told_in_plain_words():
    assert act(Actor.staff(4)) == {
        "address": "203.0.113.9", "device": "Phone", "request": "r-1", "session": "s" * 16
    }  # fmt: skip
    assert SealedValue.objects.count() == 0


def test_a_client_is_sealed_and_can_be_erased():
    whence = act(Actor.client(9))
    assert whence["request"] == "r-1"
    assert "203.0.113.9" not in str(whence)
    assert sealing.opened(whence)["address"] == "203.0.113.9"
    for row in SealedValue.objects.all():
        proof = hashlib.sha256(bytes(row.salt) + row.value.encode()).digest()
        assert proof == bytes(row.digest)
        assert sealing.MARK + proof.hex() in (whence["address"], whence["device"])
    assert sealing.erase("user", "9") == 2
    assert SealedValue.objects.count() == 0
    assert sealing.opened(whence) | {"request": ""} == {
        "address": "erased", "device": "erased", "request": "", "session": "s" * 16
    }  # fmt: skip


def test_a_sealed_event_costs_one_statement():
    event = ThingWeighed(thing_id=1, weight=1)
    with within(HOME), CaptureQueriesContext(connection) as sent:
        outbox.emit(event, actor=Actor.client(9), subjects=[], now=NOON)
    assert len(sent.captured_queries) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE core_sealed SET value = 'x'",
        "DELETE FROM core_sealed",
        "INSERT INTO core_sealed VALUES ('x', 'a', 'b', 'y', 'z')",
        "SELECT seal('a', 'b', 'c')",
    ],
)
def test_the_application_changes_no_sealed_value(change):
    act(Actor.client(9))
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
