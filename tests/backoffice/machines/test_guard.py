"""The door itself: what lets a call in, what keeps it out, what it leaves behind."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from backoffice.core.models import EventRecord
from backoffice.demo.redis import Redis
from backoffice.machines.actions import integrations, keys, tokens
from backoffice.machines.models import AccessToken, ApiCall, SigningKey, UsedNonce
from tests.factories.machines import Machine, a_machine, a_token, an_integration
from tests.factories.people import SETUP, a_browser, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(redis_server: Redis) -> Machine:
    """A machine with a key."""
    return a_machine(a_legal_entity())


def code(answer: object) -> str:
    """The problem's code."""
    return answer.json()["code"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("hmac", [False, True])
def test_a_signed_call_comes_in(redis_server: Redis, hmac: bool) -> None:
    machine = a_machine(a_legal_entity(), hmac=hmac)
    answer = machine.get("me")
    assert answer.status_code == 200, answer.content
    assert answer.json()["id"] == machine.integration.pk
    assert answer["RateLimit-Limit"] == "600"
    assert answer["Cache-Control"] == "no-store"
    call = ApiCall.objects.get()
    assert (call.user_id, call.credential, call.route) == (
        machine.integration.pk, machine.key_id, "api:me",
    )  # fmt: skip
    assert SigningKey.objects.get().last_used_at is not None


def test_a_call_without_tls_is_refused_and_not_led_on(client: Any, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_REDIRECT_EXEMPT = True, [r"^api/"]
    answer = client.get("/api/v1/")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_secure")
    assert client.get("/sign-in/").status_code == 301
    assert client.get("/api/v1/", secure=True).status_code != 403


def test_nobody_comes_in(machine: Machine) -> None:
    answer = Browser().get("/api/v1/me")
    assert (answer.status_code, code(answer)) == (401, "no_credential")
    assert answer["Content-Type"] == "application/problem+json"
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_session_of_the_staff_opens_nothing(machine: Machine) -> None:
    browser = a_browser(a_staff_user("administrator"))
    answer = browser.get("/api/v1/clients")
    assert (answer.status_code, code(answer)) == (401, "no_credential")


def test_a_token_reads_and_does_not_act(machine: Machine) -> None:
    headers = {"Authorization": f"Bearer {a_token(machine.integration)}"}
    assert machine.browser.get("/api/v1/clients", headers=headers).status_code == 200
    answer = machine.browser.post(
        "/api/v1/clients/register", {}, content_type="application/json", headers=headers
    )
    assert (answer.status_code, code(answer)) == (401, "must_be_signed")
    token = AccessToken.objects.get()
    assert token.last_used_at is not None
    assert token.digest not in headers["Authorization"]


def test_a_token_narrows_its_machine(machine: Machine) -> None:
    secret = a_token(machine.integration, ["crm.client.view"])
    headers = {"Authorization": f"Bearer {secret}"}
    assert machine.browser.get("/api/v1/clients", headers=headers).status_code == 200
    answer = machine.browser.get("/api/v1/payments", headers=headers)
    assert (answer.status_code, code(answer)) == (403, "scope")
    assert "accounts.payment.view" in answer.json()["detail"]


@pytest.mark.parametrize("how", ["revoked", "over", "wrong", "cut", "not bearer", "longer"])
def test_a_token_that_is_not_good_any_more(machine: Machine, how: str) -> None:
    secret, now = a_token(machine.integration), datetime.now(UTC)
    token = AccessToken.objects.get()
    word = "Bearer"
    match how:
        case "revoked":
            tokens.revoke(
                user_id=machine.integration.pk, token=token.token_key, actor=SETUP, now=now
            )
        case "over":
            AccessToken.objects.update(
                issued_at=now - timedelta(hours=2), expiry=now - timedelta(seconds=1)
            )
        case "wrong":
            secret = secret[:-1] + ("0" if secret[-1] != "0" else "1")
        case "cut":
            secret = secret[:15]
        case "not bearer":
            word = "Token"
        case "longer":
            secret = secret + "x" * 500
    answer = machine.browser.get("/api/v1/me", headers={"Authorization": f"{word} {secret}"})
    assert (answer.status_code, code(answer)) == (401, "token")


def test_a_replayed_call_is_refused_with_redis_and_without(machine: Machine) -> None:
    call = machine.signed(machine.message("GET", "me"))
    assert machine.send(call).status_code == 200
    for _ in range(2):
        answer = machine.send(call)
        assert (answer.status_code, code(answer)) == (401, "replay")
    assert UsedNonce.objects.count() == 1  # PostgreSQL remembers; Redis has no part in it
    refused = EventRecord.objects.filter(name="machines.call.refused")
    assert refused.count() == 1  # once a minute for its reason; every one of them is a row
    assert ApiCall.objects.filter(reason="replay").count() == 2


def test_another_key_may_use_the_same_nonce(machine: Machine) -> None:
    other = a_machine(a_legal_entity())
    for one in (machine, other):
        call = one.signed(one.message("GET", "me"), nonce="the-same-nonce-for-both")
        assert one.send(call).status_code == 200


@pytest.mark.parametrize(
    "change",
    ["body", "path", "query", "method", "digest", "signature", "key", "idempotency", "unsigned"],
)
def test_a_changed_call_is_refused_at_the_door(machine: Machine, change: str) -> None:
    good = machine.signed(machine.message("POST", "tokens", {"scopes": ["crm.client.view"]}))
    fields = dict(good.headers)
    if change == "body":
        bad = replace(good, body=good.body.replace(b"crm", b"CRM"))
    elif change == "path":
        bad = replace(good, url=good.url.replace("tokens", "clients/register"))
    elif change == "query":
        bad = replace(good, url=f"{good.url}?x=1")
    elif change == "method":
        bad = replace(good, method="PUT")
    else:
        name = {"digest": "Content-Digest", "signature": "Signature", "key": "Signature-Input",
                "idempotency": "Idempotency-Key", "unsigned": "Signature"}[change]  # fmt: skip
        if change == "unsigned":
            del fields["Signature"]
        elif change == "key":
            fields[name] = fields[name].replace(machine.key_id, "k0-000000000000")
        else:
            at = len(fields[name]) // 2
            other = "A" if fields[name][at] != "A" else "B"
            fields[name] = fields[name][:at] + other + fields[name][at + 1 :]
        bad = replace(good, headers=fields)
    answer = machine.send(bad)
    assert answer.status_code == 401, answer.content
    assert UsedNonce.objects.count() == 0
    assert AccessToken.objects.count() == 0
    assert machine.send(good).status_code == 201


def test_a_call_that_is_too_old_or_too_early(machine: Machine) -> None:
    now = datetime.now(UTC)
    for late, word in ((-120, "signature.too_old"), (120, "signature.too_early")):
        call = machine.signed(machine.message("GET", "me"), now=now + timedelta(seconds=late))
        answer = machine.send(call)
        assert (answer.status_code, code(answer)) == (401, word)


def test_a_token_and_a_signature_at_once(machine: Machine) -> None:
    call = machine.signed(machine.message("GET", "me"))
    headers = {**call.headers, "Authorization": f"Bearer {a_token(machine.integration)}"}
    answer = machine.send(replace(call, headers=headers))
    assert (answer.status_code, code(answer)) == (401, "two_credentials")


def test_an_address_that_is_not_on_the_list(redis_server: Redis) -> None:
    machine = a_machine(a_legal_entity(), networks=["198.51.100.0/24", "2001:db8::/32"])
    answer = machine.get("me")
    assert (answer.status_code, code(answer)) == (403, "address")
    call = machine.signed(machine.message("GET", "me"))
    assert machine.send(call, REMOTE_ADDR="198.51.100.7").status_code == 200
    forged = machine.signed(machine.message("GET", "me"))
    headers = {**forged.headers, "X-Forwarded-For": "198.51.100.7"}
    assert machine.send(replace(forged, headers=headers)).status_code == 403


def test_a_suspended_integration_is_shut_out_at_its_next_call(machine: Machine) -> None:
    token = {"Authorization": f"Bearer {a_token(machine.integration)}"}
    told = {"user_id": machine.integration.pk, "actor": SETUP, "now": datetime.now(UTC)}
    integrations.suspend(reason="The laptop was stolen", **told)
    for answer in (machine.get("me"), machine.browser.get("/api/v1/me", headers=token)):
        assert (answer.status_code, code(answer)) == (403, "suspended")
    integrations.reinstate(**told)
    assert machine.get("me").status_code == 200


def test_keys_are_exchanged_without_a_pause(machine: Machine) -> None:
    told = {"user_id": machine.integration.pk, "actor": SETUP, "now": datetime.now(UTC)}
    added = keys.make_secret(**told)
    newer = replace(machine, key_id=added.key.key_id, key=b64decode(added.secret))
    assert machine.get("me").status_code == newer.get("me").status_code == 200
    with pytest.raises(integrations.BadSettings):
        keys.make_secret(**told)  # two live at once, no more
    keys.retire(key_id=machine.key_id, **told)
    assert newer.get("me").status_code == 200
    answer = machine.get("me")
    assert (answer.status_code, code(answer)) == (401, "key")


def test_too_many_calls(redis_server: Redis) -> None:
    machine = a_machine(a_legal_entity(), per_minute=1, burst=3)
    left = [machine.get("me")["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    answer = machine.get("me")
    assert (answer.status_code, code(answer)) == (429, "rate")
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_a_flood_of_refused_calls_is_not_listened_to(machine: Machine) -> None:
    for _ in range(30):
        assert machine.browser.get("/api/v1/me").status_code == 401
    answer = machine.get("me")
    assert (answer.status_code, code(answer)) == (429, "flood")
    call = machine.signed(machine.message("GET", "me"))
    elsewhere = machine.send(call, REMOTE_ADDR="127.0.0.9")
    assert elsewhere.status_code == 200  # whoever floods shuts nobody else out


def test_what_is_unknown_is_a_problem_document(machine: Machine) -> None:
    for path in ("nowhere", "clients/987654321", "", "clients/x"):
        answer = machine.get(path)
        assert (answer.status_code, code(answer)) == (404, "not_found"), path
    answer = machine.send(machine.signed(machine.message("POST", "me", {})))
    assert (answer.status_code, code(answer)) == (405, "method")
    assert not EventRecord.objects.filter(name="machines.call.refused").exists()


def test_a_request_that_cannot_be_read(machine: Machine) -> None:
    huge = machine.post("clients/register", {"full_name": "x" * 3_000_000})
    assert (huge.status_code, code(huge)) == (400, "malformed")
    broken = replace(machine.message("POST", "clients/register"), body=b"{")
    answer = machine.send(machine.signed(broken))
    assert (answer.status_code, code(answer)) == (400, "malformed")
    elsewhere = machine.send(machine.signed(machine.message("GET", "me")), HTTP_HOST="evil.example")
    assert elsewhere.status_code == 400
    fields = {"Content-Type": "text/plain", "Idempotency-Key": "text-0001"}
    text = replace(machine.message("POST", "clients/register", {}), headers=fields)
    answer = machine.send(machine.signed(text))
    assert (answer.status_code, code(answer)) == (415, "media_type")


def test_the_time_is_open_to_everybody(redis_server: Redis) -> None:
    told = Browser().get("/api/v1/time").json()
    assert abs(told["unix"] - datetime.now(UTC).timestamp()) < 5


def test_a_machine_holds_no_scope_of_people(redis_server: Redis) -> None:
    integration = an_integration(a_legal_entity(), scopes=["crm.client.view"])
    user = integration.user
    user.scopes = ["crm.client.view", "accounts.withdrawal.approve", "identity.admin.use"]
    user.save()
    assert user.may("crm.client.view")
    assert not user.may("accounts.withdrawal.approve")
    assert not user.may("identity.admin.use")


def test_a_short_token_by_a_signed_call(machine: Machine) -> None:
    made = machine.post("tokens", {"scopes": ["crm.client.view"]}, key="same-key-1")
    assert made.status_code == 201, made.content
    told = made.json()
    headers = {"Authorization": f"Bearer {told['secret']}"}
    assert machine.browser.get("/api/v1/clients", headers=headers).status_code == 200
    assert AccessToken.objects.get().expiry <= datetime.now(UTC) + timedelta(minutes=15)
    again = machine.post("tokens", {"scopes": ["crm.client.view"]}, key="same-key-1")
    assert again.json() == {**told, "secret": None}  # shown once, kept nowhere
    assert AccessToken.objects.count() == 1
    alien = machine.post("tokens", {"scopes": ["accounts.withdrawal.approve"]})
    assert alien.status_code == 422
