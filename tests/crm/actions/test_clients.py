"""Clients are registered, updated, assigned and moved: what is written, told and refused."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core import records
from backoffice.core.models import EventRecord
from backoffice.core.states import IllegalMove
from backoffice.identity.actions import people
from crm.actions import clients
from crm.models import Client
from tests.factories.people import NOW, SETUP, a_client, a_desk, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def told(client: Client) -> list[str]:
    return [view.name for view in reversed(records.for_subject("client", client.pk))]


def test_a_client_is_registered_with_a_number_and_empty_figures() -> None:
    entity = a_legal_entity(reporting_currency="EUR")
    first, second = a_client(entity=entity), a_client(entity=entity)
    assert second.number > first.number > 100_000
    assert (first.status, first.registered_at) == ("REGISTERED", NOW)
    assert (first.figures.currency, first.figures.equity) == ("EUR", 0)
    assert first.figures.figures_at is None
    assert told(first) == ["crm.client.registered"]


def test_what_people_type_is_tidied() -> None:
    client = a_client(" Ana Ruiz ", email=" Ana@Mail.ES ", country="es", tags=("VIP", "VIP"))
    client.refresh_from_db()
    assert (client.full_name, client.email, client.country, client.tags) == (
        "Ana Ruiz",
        "ana@mail.es",
        "ES",
        ["VIP"],
    )
    for text, kept in ((" uk", "GB"), ("Great Britain", "GB"), ("zz", "ZZ"), ("", "")):
        assert a_client(country=text).country == kept


def test_a_number_of_old_is_kept_and_counted_on_from() -> None:
    old = a_client(number=900_000)
    assert old.number == 900_000
    assert a_client().number == 900_001
    small = a_client(number=17)
    assert small.number == 17
    assert a_client().number == 900_002
    with pytest.raises(clients.NumberTaken):
        a_client(number=17)


def test_a_lead_is_registered_later() -> None:
    lead = a_client(is_lead=True)
    assert (lead.status, lead.registered_at) == ("LEAD", None)
    client = clients.change_status(
        client_id=lead.pk, verb="register", reason="form", actor=SETUP, now=LATER
    )
    assert (client.status, client.registered_at) == ("REGISTERED", LATER)
    assert told(lead)[-1] == "crm.client.status_changed"


def test_a_move_that_is_not_in_the_table_changes_nothing() -> None:
    client, before = a_client(), EventRecord.objects.count()
    with pytest.raises(IllegalMove):
        clients.change_status(
            client_id=client.pk, verb="unblock", reason="x", actor=SETUP, now=LATER
        )
    client.refresh_from_db()
    assert (client.status, EventRecord.objects.count()) == ("REGISTERED", before)


def test_an_update_tells_which_fields_and_never_what_they_say() -> None:
    client = a_client("Ana Ruiz", email="ana@mail.example")
    clients.update_client(
        client_id=client.pk,
        changes={"source": "secret", "city": "Madrid", "full_name": "Ana Ruiz"},
        actor=SETUP,
        now=LATER,
    )
    event = records.for_subject("client", client.pk)[0]
    assert event.fields["fields"] == "city, source"
    assert b"secret" not in bytes(EventRecord.objects.latest("pk").body)


def test_an_update_that_changes_nothing_is_not_told() -> None:
    client, before = a_client(city="Oslo"), EventRecord.objects.count()
    clients.update_client(client_id=client.pk, changes={"city": " Oslo "}, actor=SETUP, now=LATER)
    assert EventRecord.objects.count() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "ACTIVE"},
        {"owner_id": 1},
        {"number": 5},
        {"is_test": True},
        {"full_name": ""},
        {"email": "no address"},
        {"country": "Atlantis"},
        {"timezone": "Mars/North"},
        {"kind": "ghost"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_other_fields_and_wrong_values_are_refused(changes: dict[str, object]) -> None:
    client, before = a_client(), EventRecord.objects.count()
    with pytest.raises(clients.NotEditable):
        clients.update_client(client_id=client.pk, changes=changes, actor=SETUP, now=LATER)
    assert EventRecord.objects.count() == before


def test_a_client_goes_to_an_owner_and_their_desk() -> None:
    entity = a_legal_entity()
    desk = a_desk(entity)
    client, owner = a_client(entity=entity), a_staff_user("sales_agent", desk=desk)
    clients.assign_owner(client_id=client.pk, owner_id=owner.pk, actor=SETUP, now=LATER)
    client.refresh_from_db()
    assert (client.owner, client.desk) == (owner, desk)
    clients.assign_owner(client_id=client.pk, owner_id=None, actor=SETUP, now=LATER)
    client.refresh_from_db()
    assert (client.owner, client.desk) == (None, None)
    assert told(client).count("crm.client.owner_assigned") == 2


def test_only_active_staff_owns_clients() -> None:
    client, gone = a_client(), a_staff_user()
    people.suspend_staff(user_id=gone.pk, reason="left", actor=SETUP, now=NOW)
    for owner_id in (gone.pk, 10**9):
        with pytest.raises(clients.NotAnOwner):
            clients.assign_owner(client_id=client.pk, owner_id=owner_id, actor=SETUP, now=LATER)


def test_a_change_locks_the_client_first() -> None:
    client = a_client()
    with CaptureQueriesContext(connection) as asked:
        clients.change_status(
            client_id=client.pk, verb="activate", reason="trades", actor=SETUP, now=LATER
        )
    statements = [query["sql"] for query in asked if "crm_client" in query["sql"]]
    assert "FOR NO KEY UPDATE" in statements[0]
