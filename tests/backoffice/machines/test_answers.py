"""Idempotency-Key: one effect and one answer for ever, whoever comes at once or dies in between."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection

from backoffice.company.models import LegalEntity
from backoffice.demo.redis import Redis
from backoffice.machines.actions import answers
from backoffice.machines.actions.answers import Answer, Call, OtherBody, UnderWay
from backoffice.machines.models import KeptAnswer
from crm.models import Client
from tests.cluster import Database
from tests.factories.machines import Machine, a_machine, an_integration
from tests.factories.people import a_client, a_legal_entity

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def machine(db: None, redis_server: Redis) -> Machine:
    """The web site of a house."""
    return a_machine(a_legal_entity("house"))


def person(**changes: object) -> dict[str, object]:
    """Somebody who registers."""
    plain = {"full_name": "Ada New", "email": "ada@new.example", "phone": "+34 600 100 200",
             "country": "es", "legal_entity": "house"}  # fmt: skip
    return plain | changes


def test_the_same_call_again_has_one_effect_and_the_same_answer(machine: Machine) -> None:
    first = machine.post("clients/register", person(), key="web-form-1")
    again = machine.post("clients/register", person(), key="web-form-1")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert (first["Idempotency-Replayed"], again["Idempotency-Replayed"]) == ("false", "true")
    assert Client.objects.count() == 1


def test_the_same_key_for_another_body_is_refused_in_a_sentence(machine: Machine) -> None:
    machine.post("clients/register", person(), key="web-form-1")
    other = machine.post("clients/register", person(full_name="Eve New"), key="web-form-1")
    assert (other.status_code, other.json()["code"]) == (422, "other_body")
    assert "take a new one" in other.json()["detail"]
    assert Client.objects.count() == 1


def test_a_refusal_is_an_answer_too(machine: Machine) -> None:
    known = a_client("Ada Old", entity=machine_entity(machine), email="ada@new.example")
    first = machine.post("clients/register", person(), key="web-form-1")
    assert (first.status_code, first.json()["code"]) == (409, "known_already")
    assert f"#{known.number}" in first.json()["detail"]
    Client.objects.filter(pk=known.pk).update(email="other@new.example")
    again = machine.post("clients/register", person(), key="web-form-1")
    assert (again.status_code, again.content) == (409, first.content)  # no late surprise
    assert machine.post("clients/register", person(), key="web-form-2").status_code == 201


def machine_entity(machine: Machine) -> LegalEntity:
    """The legal entity that it serves."""
    return LegalEntity.objects.get(pk=machine.integration.user.entity_ids[0])


def test_two_machines_may_use_one_key(machine: Machine) -> None:
    other = a_machine(a_legal_entity("other"))
    assert machine.post("clients/register", person(), key="same-key").status_code == 201
    second = other.post("clients/register", person(legal_entity="other"), key="same-key")
    assert second.status_code == 201
    assert second["Idempotency-Replayed"] == "false"


@pytest.mark.parametrize("key", ["short", "with space in it", "x" * 129, "ünïcödé-key"])
def test_a_key_that_is_none(machine: Machine, key: str) -> None:
    message = machine.message("POST", "clients/register", person(), "lawful-key")
    fields = {**message.headers, "Idempotency-Key": key}
    try:
        call = machine.signed(replace(message, headers=fields))
    except UnicodeError:
        return
    assert machine.send(call).status_code in (401, 422)
    assert not Client.objects.exists()


def test_what_cannot_be_read_uses_no_key_up(machine: Machine) -> None:
    for bad in ({"email": "nobody"}, {"surname": "New"}, {"country": "Spain"}):
        answer = machine.post("clients/register", person(**bad), key="web-form-1")
        assert answer.status_code == 422
        assert next(iter(bad)) in answer.json()["errors"]
    assert not KeptAnswer.objects.exists()
    assert machine.post("clients/register", person(), key="web-form-1").status_code == 201


def test_work_that_dies_leaves_nothing_and_is_done_by_the_next_call(db: None) -> None:
    user_id = an_integration(a_legal_entity()).pk
    call = Call(user_id, "dies-once", "f" * 64)

    def dies() -> Answer:
        a_client("Half Made")
        raise RuntimeError("the process died")

    with pytest.raises(RuntimeError):
        answers.once(call, dies, in_one=True, now=NOW)
    assert not Client.objects.exists()
    done = answers.once(call, lambda: Answer(200, "{}"), in_one=True, now=NOW)
    assert not done.is_kept
    assert answers.once(call, dies, in_one=True, now=NOW) == Answer(200, "{}", is_kept=True)
    with pytest.raises(OtherBody):
        answers.once(Call(user_id, "dies-once", "e" * 64), dies, in_one=True, now=NOW)


@pytest.mark.parametrize("in_one", [True, False])
def test_many_at_once_have_one_effect(fresh_database: Database, in_one: bool) -> None:
    call = Call(an_integration(a_legal_entity()).pk, "at-once", "f" * 64)
    begun, done = threading.Barrier(8), []

    def work() -> Answer:
        done.append(1)
        return Answer(201, '{"made": 1}')

    def ask(_: int) -> str:
        begun.wait(60)
        try:
            return answers.once(call, work, in_one=in_one, now=NOW).body
        except UnderWay:
            return "under way"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(ask, range(8)))
    assert len(done) == 1
    assert set(got) <= {'{"made": 1}', "under way"}
    assert '{"made": 1}' in got


def test_a_key_of_years_ago_still_answers(machine: Machine) -> None:
    first = machine.post("clients/register", person(), key="web-form-1")
    KeptAnswer.objects.update(answered_at=datetime(2001, 1, 1, tzinfo=UTC))
    assert machine.post("clients/register", person(), key="web-form-1").content == first.content
