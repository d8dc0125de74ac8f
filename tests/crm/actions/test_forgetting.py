"""A person is forgotten: nothing of them is left in rows, events, changes or seals."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backoffice.audit.models import Change
from backoffice.core.errors import Rejected
from backoffice.core.models import EventRecord, SealedValue
from crm.actions import clients, forgetting
from tests.backoffice.audit.changes import commit_now
from tests.factories.people import NOW, SETUP, a_client

pytestmark = pytest.mark.django_db
REASON = "asked for it, and no duty is left"


def everything() -> str:
    """Each row of the tables that may hold a person, as text."""
    text = []
    with connection.cursor() as cursor:
        for table in ("crm_client", "core_sealed", "core_event", "audit_change"):
            cursor.execute(f"SELECT one::text FROM {table} AS one")  # noqa: S608
            text += [row[0] for row in cursor.fetchall()]
    bodies = [*EventRecord.objects.all(), *Change.objects.all()]
    return "\n".join([*text, *(bytes(row.body).decode() for row in bodies)]).lower()


def test_nothing_of_a_person_is_left() -> None:
    other = a_client("Otto Other", email="otto@example.com")
    client = a_client("Nora Near", email="nora@example.com", phone="+357 99 123456", city="Nicosia")
    clients.update_client(client_id=client.pk, changes={"city": "Larnaca"}, actor=SETUP, now=NOW)
    clients.change_status(client_id=client.pk, verb="close", reason="left", actor=SETUP, now=NOW)
    commit_now()
    before = Change.objects.count()
    assert "nora" in everything()
    count = forgetting.forget_client(client_id=client.pk, reason=REASON, actor=SETUP, now=NOW)
    commit_now()
    left = everything()
    for word in ("nora", "99123456", "nicosia", "larnaca"):
        assert word not in left
    assert "otto" in left
    assert count >= 8
    assert not SealedValue.objects.filter(kind="client", key=str(client.pk)).exists()
    assert SealedValue.objects.filter(kind="client", key=str(other.pk)).exists()
    assert Change.objects.count() == before + 1
    assert Change.objects.latest("id").actor == str(SETUP)


def test_who_is_served_is_not_forgotten() -> None:
    client = a_client("Nora Near")
    with pytest.raises(forgetting.StillAClient):
        forgetting.forget_client(client_id=client.pk, reason=REASON, actor=SETUP, now=NOW)
    clients.change_status(client_id=client.pk, verb="close", reason="left", actor=SETUP, now=NOW)
    with pytest.raises(Rejected):
        forgetting.forget_client(client_id=client.pk, reason=" ", actor=SETUP, now=NOW)
    client.refresh_from_db()


def test_the_command_forgets_by_number(capsys) -> None:
    client = a_client("Nora Near", email="nora@example.com")
    clients.change_status(client_id=client.pk, verb="close", reason="left", actor=SETUP, now=NOW)
    call_command("forget_client", str(client.number), reason=REASON)
    assert "Forgotten" in capsys.readouterr().out
    client.refresh_from_db()
    assert client.full_name == f"#{client.number}"
    with pytest.raises(CommandError):
        call_command("forget_client", "9", reason=REASON)
