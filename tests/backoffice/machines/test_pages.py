"""The page of the integrations: every act an event, every secret shown once, reach respected."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client as Browser
from django.urls import reverse

from backoffice.core.models import EventRecord
from backoffice.demo.redis import Redis
from backoffice.machines.actions import integrations
from backoffice.machines.actions.integrations import BadSettings, NotAllowed
from backoffice.machines.models import AccessToken, Integration, SigningKey
from tests.factories.machines import Machine, a_machine, an_integration
from tests.factories.people import a_browser, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(redis_server: Redis) -> Browser:
    """An administrator's browser."""
    return a_browser(a_staff_user("administrator"))


def act(browser: Browser, integration: Integration, verb: str, **data: Any) -> Any:
    """Do one act on the page."""
    url = reverse("machines:integration-act", args=[integration.pk])
    return browser.post(url, {"verb": verb, **data})


def news(name: str) -> int:
    """How many events of this name there are."""
    return EventRecord.objects.filter(name=f"machines.{name}").count()


def form(entity: Any, **changed: Any) -> dict[str, Any]:
    """What an administrator fills in."""
    plain = {"name": "Web site", "purpose": "Registrations", "networks": "127.0.0.1\n10.0.0.0/8",
             "per_minute": 60, "burst": 10, "entity_ids": [entity.pk],
             "scopes": ["crm.client.view"]}  # fmt: skip
    return plain | changed


def test_an_integration_from_the_form_to_its_first_call_and_its_end(admin: Browser) -> None:
    entity = a_legal_entity()
    made = admin.post(reverse("machines:integration-new"), form(entity))
    integration = Integration.objects.get()
    assert made.status_code == 302
    assert made.url == reverse("machines:integration-detail", args=[integration.pk])
    private = Ed25519PrivateKey.generate()
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert act(admin, integration, "key-add", text=pem.decode()).status_code == 302
    machine = Machine(integration, SigningKey.objects.get().key_id, private)
    assert machine.get("clients").status_code == 200

    shown = act(admin, integration, "token-issue", label="report", scopes=["crm.client.view"],
                days="1")  # fmt: skip
    secret = re.search(r"mt4bo_[0-9a-f]{64}", shown.content.decode())
    assert secret is not None
    token = AccessToken.objects.get()
    headers = {"Authorization": f"Bearer {secret[0]}"}
    assert Browser().get("/api/v1/clients", headers=headers).status_code == 200
    page = admin.get(made.url).content.decode()
    assert secret[0] not in page  # shown once
    assert token.token_key in page
    assert machine.key_id in page
    assert "api:client-list" in page
    assert "SigningKey" not in page  # no name of the shell's own is taken

    assert act(admin, integration, "token-revoke", name=token.token_key).status_code == 302
    assert Browser().get("/api/v1/clients", headers=headers).status_code == 401
    assert act(admin, integration, "key-retire", name=machine.key_id).status_code == 302
    assert machine.get("clients").status_code == 401
    for name in ("integration.registered", "key.added", "key.retired", "token.issued",
                 "token.revoked"):  # fmt: skip
        assert news(name) == 1, name
    bodies = b"".join(bytes(one.body) for one in EventRecord.objects.all())
    assert secret[0].encode() not in bodies


def test_a_shared_secret_is_shown_once(admin: Browser) -> None:
    integration = an_integration(a_legal_entity())
    shown = act(admin, integration, "key-make").content.decode()
    key = SigningKey.objects.get()
    assert key.key_id in shown
    assert re.search(r"<code class=\"whole\">[A-Za-z0-9+/]{43}=</code>", shown)
    assert len(bytes(key.material)) > 32  # sealed, not the secret itself


def test_scopes_addresses_and_limits_are_changed_with_before_and_after(admin: Browser) -> None:
    entity = a_legal_entity()
    machine = a_machine(entity, scopes=["crm.client.view"])
    url = reverse("machines:integration-edit", args=[machine.integration.pk])
    assert "crm.client.view" in admin.get(url).content.decode()
    changed = form(entity, scopes=["accounts.payment.view"], networks="127.0.0.0/8")
    assert admin.post(url, changed).status_code == 302
    assert machine.get("clients").status_code == 403
    assert machine.get("payments").status_code == 200
    told = [one.told()["fields"] for one in
            EventRecord.objects.filter(name="machines.integration.changed")]  # fmt: skip
    assert {"scopes", "calls a minute", "calls at once"} == {one["field"] for one in told}
    scopes = next(one for one in told if one["field"] == "scopes")
    assert (scopes["before"], scopes["after"]) == ("crm.client.view", "accounts.payment.view")


@pytest.mark.parametrize(
    "bad",
    [
        {"networks": "10.0.0.1/8"}, {"networks": "everywhere"}, {"networks": " "},
        {"per_minute": 0}, {"burst": 99_999}, {"scopes": []}, {"entity_ids": []},
        {"scopes": ["accounts.withdrawal.approve"]}, {"purpose": " "}, {"entity_ids": [999]},
    ],
)  # fmt: skip
def test_bad_settings_are_one_sentence_and_write_nothing(
    admin: Browser, bad: dict[str, Any]
) -> None:
    answer = admin.post(reverse("machines:integration-new"), form(a_legal_entity(), **bad))
    assert answer.status_code == 422
    assert not Integration.objects.exists()
    assert news("integration.registered") == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "no Ed25519 public key"),
        ("26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb", "in a standard"),
        ("01" + "00" * 31, "any signature could fit"),
        ("ed" + "ff" * 31, "any signature could fit"),
        ("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", "no Ed25519 public key"),
    ],
)
def test_a_key_that_nobody_may_use(admin: Browser, text: str, words: str) -> None:
    integration = an_integration(a_legal_entity())
    answer = act(admin, integration, "key-add", text=text)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert f'aria-describedby="key_hint">{text}</textarea>' in page  # nothing typed is lost
    assert not SigningKey.objects.exists()


def test_suspending_needs_a_reason(admin: Browser) -> None:
    machine = a_machine(a_legal_entity())
    assert act(admin, machine.integration, "suspend", reason=" ").status_code == 422
    assert act(admin, machine.integration, "suspend", reason="Stolen laptop").status_code == 302
    assert machine.get("me").status_code == 403
    assert act(admin, machine.integration, "reinstate").status_code == 302
    assert machine.get("me").status_code == 200
    assert (news("integration.suspended"), news("integration.reinstated")) == (1, 1)


def test_an_administrator_of_one_entity_sees_no_machine_of_another(redis_server: Redis) -> None:
    here, there = a_legal_entity("here"), a_legal_entity("there")
    own, both = an_integration(here, name="Own"), an_integration(here, there, name="Both")
    user = a_staff_user("administrator", entity=here)
    browser = a_browser(user)
    page = browser.get(reverse("machines:integration-list")).content.decode()
    assert "Own" in page
    assert "Both" not in page
    absent = act(browser, Integration(pk=987654321), "key-make")
    far = act(browser, both, "key-make")
    assert far.status_code == absent.status_code == 404
    assert act(browser, own, "key-make").status_code == 200
    told = {"user_id": both.pk, "actor": user.actor, "now": datetime.now(UTC)}
    with pytest.raises(NotAllowed):
        integrations.suspend(reason="mine", **told)
    answer = browser.post(reverse("machines:integration-new"), form(there))
    assert answer.status_code == 422
    assert SigningKey.objects.count() == 1


def test_a_machine_looks_after_no_machine(redis_server: Redis) -> None:
    machine = a_machine(a_legal_entity())
    told = {"user_id": machine.integration.pk, "now": datetime.now(UTC)}
    with pytest.raises(NotAllowed):
        integrations.suspend(reason="x", actor=machine.integration.user.actor, **told)


def test_ten_living_tokens_are_enough(admin: Browser) -> None:
    integration = an_integration(a_legal_entity())
    told = {"label": "x", "scopes": ["crm.client.view"], "days": "30"}
    answers = [act(admin, integration, "token-issue", **told).status_code for _ in range(11)]
    assert answers == [200] * 10 + [422]
    assert BadSettings.__doc__


def test_the_reference_names_every_door(admin: Browser) -> None:
    page = admin.get(reverse("machines:reference")).content.decode()
    wanted = (
        "POST /withdrawals/request",
        "GET /accounts/{id}/equity",
        "legal_entity",
        "Scope: accounts.withdrawal.request",
        "Signed, with an Idempotency-Key",
    )
    for words in wanted:
        assert words in page, words


def test_an_old_proof_is_asked_for_again_before_a_secret_is_made(redis_server: Redis) -> None:
    integration = an_integration(a_legal_entity())
    user = a_staff_user("administrator")
    browser = a_browser(user, at=datetime.now(UTC) - timedelta(minutes=11))
    assert act(browser, integration, "key-make").status_code == 401
    assert not SigningKey.objects.exists()
