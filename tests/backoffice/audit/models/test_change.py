"""Whatever changes a watched row, and however: an entry with actor, before and after."""

import json
import threading

import psycopg
import pytest
from django.contrib.auth.models import Group, Permission
from django.db import ProgrammingError, connection, connections, transaction
from django.db.models import F

from backoffice.audit.models import Change
from backoffice.company.models import LegalEntity
from backoffice.core import canonical, outbox
from backoffice.core.actors import Actor
from backoffice.core.models import EventRecord, SealedValue
from backoffice.core.outbox import sealing
from backoffice.core.runtime.origin import Origin, within
from crm.models import Client
from tests.backoffice.audit.changes import commit_now, told_of, verbs_of
from tests.backoffice.core.probes import NOON, ThingDropped, weigh
from tests.factories.people import a_client, a_device, a_legal_entity, a_staff_user

ENTITIES = "company_legalentity"
NAMELESS = "database:mt4bo_app"
INSERTED = (
    "INSERT INTO company_legalentity (code, name, jurisdiction, regulator, reporting_currency, "
    "timezone, is_active) VALUES ('raw', 'Raw', 'CY', '', 'USD', 'UTC', true)"
)
COPIED = (
    "COPY company_legalentity (code, name, jurisdiction, regulator, reporting_currency, timezone, "
    "is_active) FROM STDIN"
)


def run(sql):
    """Send plain SQL as the application."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def entity(db):
    """A row to change, itself told of already."""
    entity = a_legal_entity("alpha", name="Alpha")
    assert verbs_of(ENTITIES) == [("insert", str(entity.pk))]
    return entity


def save(entity):
    entity.name = "Beta"
    entity.save()


def copy():
    with connection.cursor() as cursor, cursor.copy(COPIED) as way:
        way.write_row(("copied", "Copied", "CY", "", "USD", "UTC", True))


UPDATES = {
    "save": save,
    "update": lambda one: LegalEntity.objects.filter(pk=one.pk).update(name="Beta"),
    "update by F()": lambda one: LegalEntity.objects.update(name=F("code")),
    "bulk_update": lambda one: LegalEntity.objects.bulk_update(
        [LegalEntity(pk=one.pk, name="Beta")], ["name"]
    ),
    "update_or_create": lambda one: LegalEntity.objects.update_or_create(
        code="alpha", defaults={"name": "Beta"}
    ),
    "raw": lambda one: run("UPDATE company_legalentity SET name = 'Beta'"),
    "upsert": lambda one: run(
        INSERTED.replace("'raw'", "'alpha'") + " ON CONFLICT (code) DO UPDATE SET name = 'Beta'"
    ),
}
INSERTS = {
    "create": lambda: LegalEntity.objects.create(
        code="new", name="New", jurisdiction="CY", reporting_currency="USD"
    ),
    "bulk_create": lambda: LegalEntity.objects.bulk_create(
        [LegalEntity(code="new", name="New", jurisdiction="CY", reporting_currency="USD")]
    ),
    "raw": lambda: run(INSERTED),
    "copy": copy,
}


@pytest.mark.parametrize("way", UPDATES)
def test_every_way_to_update_is_told(entity, way):
    UPDATES[way](entity)
    told = told_of(ENTITIES)[1:]
    after = "alpha" if way == "update by F()" else "Beta"
    assert [(one["change"], one["before"], one["after"]) for one in told] == [
        ("update", {"name": "Alpha"}, {"name": after})
    ]
    assert (told[0]["row"], told[0]["actor"]) == (str(entity.pk), NAMELESS)


@pytest.mark.parametrize("way", INSERTS)
@pytest.mark.django_db
def test_every_way_to_insert_is_told(way):
    INSERTS[way]()
    [told] = told_of(ENTITIES)
    assert (told["change"], told["before"]) == ("insert", None)
    assert told["after"]["reporting_currency"] == "USD"


@pytest.mark.parametrize("way", ["delete", "raw"])
def test_every_way_to_delete_is_told(entity, way):
    pk = entity.pk
    if way == "delete":
        entity.delete()
    else:
        run("DELETE FROM company_legalentity WHERE code = 'alpha'")
    told = told_of(ENTITIES)[1]
    assert (told["change"], told["row"], told["after"]) == ("delete", str(pk), None)
    assert told["before"]["name"] == "Alpha"


@pytest.mark.django_db
def test_many_to_many_and_cascade_are_told():
    first, second = Permission.objects.order_by("pk")[:2]
    group = Group.objects.create(name="desk")
    group.permissions.set([first, second])
    group.permissions.remove(first)
    group.permissions.through.objects.create(group=group, permission=first)
    group.delete()
    verbs = [verb for verb, _ in verbs_of("auth_group_permissions")]
    assert verbs == ["insert", "insert", "delete", "insert", "delete", "delete"]
    assert [verb for verb, _ in verbs_of("auth_group")] == ["insert", "delete"]


def test_what_stays_as_it_was_is_no_change(entity):
    entity.save()
    run("UPDATE company_legalentity SET name = name")
    assert len(told_of(ENTITIES)) == 1


def test_the_event_of_the_transaction_says_who_and_whence(entity):
    with within(Origin(address="203.0.113.9", request="r-7")):
        LegalEntity.objects.update(name="Beta")
        number = weigh()
    told = told_of(ENTITIES)[1]
    assert told["actor"] == "staff:42"
    assert told["origin"] == {"address": "203.0.113.9", "request": "r-7"}
    record, change = EventRecord.objects.get(pk=number), Change.objects.order_by("-id")[0]
    assert change.transaction == record.transaction == int(told["transaction"])


@pytest.mark.parametrize(
    "name",
    ["plain", 'quo"te', "back\\slash", "line\nend\ttab", "Zoë – 東京 🏦", "\x01\x1f\x7f", " "],
)
def test_the_bytes_are_canonical(entity, name):
    LegalEntity.objects.update(name=name)
    commit_now()
    body = bytes(Change.objects.order_by("-id")[0].body)
    assert canonical.encode(json.loads(body)) == body
    assert json.loads(body)["after"] == {"name": name}


@pytest.mark.django_db
def test_what_is_personal_is_sealed_and_what_is_secret_is_never_told():
    client = a_client("Nora Near", email="nora@example.com")
    told = told_of("crm_client")[0]["after"]
    assert "nora" not in json.dumps(told).lower()
    assert sealing.opened(told)["full_name"] == "Nora Near"
    assert set(SealedValue.objects.values_list("kind", "key")) == {("client", str(client.pk))}
    sealing.erase("client", client.pk)
    assert sealing.opened(told)["email"] == "erased"
    Client.objects.filter(pk=client.pk).update(status=client.status)


@pytest.mark.django_db
def test_of_a_second_factor_its_coming_and_going_is_told_and_not_its_use():
    device = a_device(a_staff_user())
    before = verbs_of("otp_totp_totpdevice")
    device.last_t, device.throttling_failure_count = 5, 1
    device.save()
    assert verbs_of("otp_totp_totpdevice") == before
    device.confirmed, device.key = False, "00" * 20
    device.save()
    told = told_of("otp_totp_totpdevice")[-1]
    assert told["after"] == {"confirmed": "false", "key": "hidden"}
    assert told["before"] == {"confirmed": "true", "key": "hidden"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO audit_change (uuid) VALUES (gen_random_uuid())",
        "UPDATE audit_change SET actor = 'staff:1'",
        "DELETE FROM audit_change",
        "TRUNCATE audit_change",
        "INSERT INTO audit_leaf (leaf_index) VALUES (0)",
        "DELETE FROM audit_leaf",
        "INSERT INTO audit_checkpoint (size) VALUES (0)",
        "INSERT INTO audit_witnessing (size) VALUES (0)",
        "INSERT INTO audit_key (name) VALUES ('x')",
        "TRUNCATE company_legalentity CASCADE",
        "ALTER TABLE company_legalentity DISABLE TRIGGER audit_change",
        "DROP TRIGGER audit_change ON company_legalentity",
        "ALTER FUNCTION audit_capture() OWNER TO mt4bo_app",
        "SELECT audit_unwatch('company_legalentity')",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_get_round_it(change):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
    ):
        run(change)


@pytest.mark.parametrize("user", ["mt4bo_owner", "postgres"])
def test_those_who_may_are_told_of_too(fresh_database, user):
    a_legal_entity("alpha", name="Alpha")
    with fresh_database.connect(user) as session:
        if user == "postgres":
            session.execute("SET session_replication_role = replica")
        session.execute("UPDATE company_legalentity SET name = 'Beta'")
        for refused in ("DELETE FROM audit_change", "TRUNCATE company_legalentity CASCADE"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only grows"):
                session.execute(refused)
    assert told_of(ENTITIES)[1]["actor"] == f"database:{user}"


def test_a_rollback_leaves_nothing_and_no_actor_is_swapped(fresh_database):
    entity = a_legal_entity("alpha", name="Alpha")
    with transaction.atomic():
        LegalEntity.objects.update(name="gone")
        transaction.set_rollback(True)
    assert len(told_of(ENTITIES)) == 1

    def act(number):
        for turn in range(10):
            with transaction.atomic():
                LegalEntity.objects.filter(pk=entity.pk).update(name=f"{number}-{turn}")
                _tell(Actor.staff(number))
        connections.close_all()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = told_of(ENTITIES)[1:]
    assert len(told) == 80
    for one in told:
        assert one["actor"] == f"staff:{one['after']['name'].partition('-')[0]}"


def _tell(actor):
    outbox.emit(ThingDropped(thing_id=1), actor=actor, subjects=[], now=NOON)
