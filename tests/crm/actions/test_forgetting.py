"""A person is forgotten: nothing of them is left in rows, events, changes or seals."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backoffice.audit.models import Change
from backoffice.core import records
from backoffice.core.errors import Rejected
from backoffice.core.models import EventRecord, SealedValue
from backoffice.machines.actions import answers
from backoffice.machines.actions.answers import Answer
from backoffice.machines.models import KeptAnswer
from crm.actions import clients, forgetting
from tests.backoffice.audit.changes import commit_now
from tests.factories.machines import an_integration
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


def test_what_was_typed_about_a_person_is_sealed_and_goes_with_them() -> None:
    client = a_client("Nora Near", email="nora@example.com")
    typed = "Mrs Near moved in with Otto"
    clients.change_status(client_id=client.pk, verb="close", reason=typed, actor=SETUP, now=NOW)
    newest = records.for_subject("client", client.pk)[0]
    assert typed in newest.sentence
    assert "Otto" not in str(EventRecord.objects.latest("id").told())
    assert typed not in records.view(EventRecord.objects.latest("id")).sentence
    forgetting.forget_client(client_id=client.pk, reason=REASON, actor=SETUP, now=NOW)
    told = [one.sentence for one in records.for_subject("client", client.pk)]
    assert not any("Otto" in sentence for sentence in told)
    assert any("erased" in sentence for sentence in told)


def test_a_kept_answer_forgets_the_person_and_stays_answered() -> None:
    near, other = a_client("Nora Near"), a_client("Otto Other")
    machine = an_integration(near.legal_entity)
    bodies = {
        f"own-{one.pk}": {"id": str(one.pk), "number": str(one.number), "full_name": one.full_name}
        for one in (near, other)
    }
    bodies["paid"] = {"id": "5", "client": str(near.pk), "message": "Dear Nora"}
    for key, body in bodies.items():
        call = answers.Call(machine.pk, key, "f" * 64)
        answers.once(call, lambda body=body: Answer(201, json.dumps(body)), in_one=True, now=NOW)
    clients.change_status(client_id=near.pk, verb="close", reason="left", actor=SETUP, now=NOW)
    forgetting.forget_client(client_id=near.pk, reason=REASON, actor=SETUP, now=NOW)
    kept = {one.key: one for one in KeptAnswer.objects.all()}
    assert "Nora" not in "".join(one.body for one in kept.values())
    assert json.loads(kept["paid"].body) == {"erased": True, "id": "5"}
    assert "Otto" in kept[f"own-{other.pk}"].body
    assert {one.status for one in kept.values()} == {201}
