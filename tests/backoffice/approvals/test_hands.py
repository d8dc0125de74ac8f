"""Four eyes across a person and their integrations: what it asks for, its hands never allow."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from backoffice.approvals.actions import delegating, executing, refusals
from backoffice.approvals.actions.refusals import constraint_of
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.queries import requests
from backoffice.core.actors import Actor
from backoffice.identity.actions.machines import Grant
from backoffice.machines.actions import integrations, keys, tokens
from backoffice.machines.actions.integrations import Reaching
from backoffice.machines.models import Hand, Integration
from backoffice.machines.queries import hands
from tests.factories.accounts import approvals
from tests.factories.accounts.approvals import DONE, a_voter, agreed, asked
from tests.factories.machines import an_integration
from tests.factories.people import NOW, SETUP, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db
SCOPES = ("crm.client.view",)


@pytest.fixture(autouse=True)
def kind() -> Any:
    """The tests' own act."""
    return approvals.a_kind()


@pytest.fixture
def machine() -> Integration:
    """An integration that the set-up registered."""
    return an_integration(a_legal_entity())


@pytest.fixture
def request_(machine: Integration) -> ApprovalRequest:
    """What it asked for."""
    return asked(machine.user)


def by_registering(person: Any, machine: Integration) -> None:
    """Nothing that can be done afterwards: the row itself says who registered it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO machines_hand (machine_id, person_id) VALUES (%s, %s)",
            [machine.pk, person.pk],
        )


def by_a_key(person: Any, machine: Integration) -> None:
    """They gave it a key."""
    keys.make_secret(user_id=machine.pk, actor=person.actor, now=NOW)


def by_a_token(person: Any, machine: Integration) -> None:
    """They gave it a token."""
    life = timedelta(hours=1)
    tokens.issue(
        user_id=machine.pk, label="x", scopes=SCOPES, life=life, actor=person.actor, now=NOW
    )


def by_changing_it(person: Any, machine: Integration) -> None:
    """They changed what it may do."""
    grant = Grant(scopes=SCOPES, entity_ids=machine.user.entity_ids)
    reaching = Reaching(networks=("10.0.0.0/8",))
    integrations.change(
        user_id=machine.pk, grant=grant, reaching=reaching, actor=person.actor, now=NOW
    )


def by_letting_it_in(person: Any, machine: Integration) -> None:
    """They let it in again."""
    integrations.suspend(user_id=machine.pk, reason="x", actor=SETUP, now=NOW)
    integrations.reinstate(user_id=machine.pk, actor=person.actor, now=NOW)


WAYS = (by_registering, by_a_key, by_a_token, by_changing_it, by_letting_it_in)


def an_administrator_who_decides() -> Any:
    """Somebody who looks after integrations and may decide as well."""
    person = a_staff_user("administrator", is_superuser=True)
    return type(person).objects.get(pk=person.pk)


@pytest.mark.parametrize("way", WAYS)
def test_nobody_agrees_to_what_their_own_integration_asked_for(
    machine: Integration, request_: ApprovalRequest, way: Any
) -> None:
    person = an_administrator_who_decides()
    way(person, machine)
    assert list(Hand.objects.values_list("person_id", flat=True)) == [person.pk]
    with pytest.raises(refusals.SamePerson, match="integration"):
        agreed(request_, person)
    assert "integration" in requests.objection_to(request_.pk, person, now=NOW)
    assert not requests.ids_open_to(person, now=NOW).exists()
    assert agreed(request_, a_voter()).completes


def test_whoever_registers_it_is_its_hand() -> None:
    person = an_administrator_who_decides()
    entity = a_legal_entity()
    machine = integrations.register(
        name="Site",
        purpose="x",
        grant=Grant(scopes=SCOPES, entity_ids=[entity.pk]),
        reaching=Reaching(networks=("10.0.0.0/8",)),
        actor=person.actor,
        now=NOW,
    )
    with pytest.raises(refusals.SamePerson):
        agreed(asked(machine.user), person)


def test_a_hand_lends_no_vote_for_it(machine: Integration, request_: ApprovalRequest) -> None:
    person, other = an_administrator_who_decides(), a_staff_user("dealer")
    by_a_key(person, machine)
    delegating.delegate(
        to_user_id=other.pk,
        starts_at=NOW,
        ends_at=NOW + timedelta(days=1),
        reason="away",
        actor=person.actor,
        now=NOW,
    )
    with pytest.raises((refusals.NotYours, refusals.SamePerson)):
        agreed(request_, other)


def test_who_becomes_its_hand_after_the_vote_voids_it(
    machine: Integration, request_: ApprovalRequest
) -> None:
    person = an_administrator_who_decides()
    assert agreed(request_, person).completes
    by_a_key(person, machine)
    assert executing.execute(request_id=request_.pk, actor=SETUP, now=NOW).state == "VOIDED"
    assert DONE == []


def test_the_other_way_round_no_integration_votes(machine: Integration) -> None:
    person = an_administrator_who_decides()
    by_a_key(person, machine)
    request = asked(person)
    with pytest.raises(refusals.NotYours):
        agreed(request, machine.user)
    sql = (
        "INSERT INTO approvals_approvalvote (request_id, voter_id, verdict, reason,"
        " payload_digest, facts, picture, session_digest, device_digest, stepped_up, cast_at)"
        " VALUES (%s, %s, 'AGREE', '', %s, %s, '{}', '', '', true, %s)"
    )
    values = [request.pk, machine.pk, request.payload_digest, request.facts, NOW]
    with pytest.raises(IntegrityError) as found, transaction.atomic(), connection.cursor() as door:
        door.execute(sql, values)
    assert constraint_of(found.value) == "approvals_vote_right"


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("DELETE FROM machines_hand", "permission denied"),
        ("UPDATE machines_hand SET person_id = machine_id", "permission denied"),
        ("TRUNCATE machines_hand", "permission denied"),
        ("UPDATE machines_integration SET created_by = 'staff:1'", "never change"),
        ("UPDATE machines_signingkey SET added_by = 'staff:1'", "never change"),
        ("UPDATE machines_signingkey SET user_id = 1", "never change"),
    ],
)
def test_whose_hands_they_are_is_not_rewritten(
    machine: Integration, sql: str, refusal: str
) -> None:
    by_a_key(an_administrator_who_decides(), machine)
    errors = (IntegrityError, ProgrammingError)
    with pytest.raises(errors, match=refusal), transaction.atomic(), connection.cursor() as door:
        door.execute(sql)


def test_acts_beside_the_engine_ask_the_same(machine: Integration) -> None:
    person = an_administrator_who_decides()
    name = str(Actor.machine(machine.pk))
    assert hands.is_another(person.actor, [name])
    assert not hands.is_of(person, name)
    by_a_key(person, machine)
    person = type(person).objects.get(pk=person.pk)
    assert not hands.is_another(person.actor, ["staff:0", name])
    assert not hands.is_another(person.actor, [str(person.actor)])
    assert hands.is_of(person, name)
    assert hands.is_of(person, str(person.actor))
    assert list(hands.names_of(person.pk).values_list("name", flat=True)) == [name]
