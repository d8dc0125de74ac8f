"""Passkeys as a second factor: enrolled, asked, refused; never a way around."""

import json
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.test import Client as Browser
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.identity.actions import passkeys, two_factor
from backoffice.identity.models import Passkey, User
from tests.backoffice.identity.conftest import Wheel
from tests.cluster import Database
from tests.factories.people import (
    NOW,
    PASSWORD,
    SETUP,
    a_browser,
    a_device,
    a_staff_user,
    code_of,
)
from tests.factories.sign_in.authenticator import (
    PRESENT,
    VERIFIED,
    Authenticator,
    bytes_of,
    text_of,
)

ENROL, CODE, INSIDE = "/sign-in/enrol/", "/sign-in/code/", "/recovery-codes/"
ADD = "/my-sign-in/passkeys/add/"


def a_passkey(user: User, **how: object) -> Authenticator:
    """An authenticator whose passkey the user added."""
    made = Authenticator(**how)
    question = passkeys.offer(user_id=user.pk)
    passkeys.add_passkey(
        user_id=user.pk,
        answer=made.make(question.options),
        challenge=question.challenge,
        name="key",
        actor=SETUP,
        now=NOW,
    )
    return made


def first_step(browser: Browser, user: User) -> str:
    return browser.post("/sign-in/", {"email": user.email, "password": PASSWORD})["Location"]


def is_inside(browser: Browser) -> bool:
    return browser.get(INSIDE).status_code == 200


@pytest.mark.django_db
def test_the_first_sign_in_may_enrol_a_passkey_instead(wheel: Wheel) -> None:
    user, browser, key = a_staff_user("dealer"), Browser(), Authenticator()
    assert first_step(browser, user) == ENROL
    options = browser.get(ENROL).context["passkey_options"]
    answer = browser.post(ENROL, {"new_passkey": key.make(options)})
    assert len(answer.context["codes"]) == 10
    assert is_inside(browser)
    assert not TOTPDevice.objects.filter(user=user).exists()
    again = Browser()
    assert first_step(again, user) == CODE
    signed = key.sign(again.get(CODE).context["passkey_options"])
    assert again.post(CODE, {"passkey_answer": signed})["Location"] == "/"
    assert is_inside(again)


@pytest.mark.django_db
def test_an_answer_is_good_once(wheel: Wheel) -> None:
    user, browser = a_staff_user("dealer"), Browser()
    key = a_passkey(user)
    first_step(browser, user)
    signed = key.sign(browser.get(CODE).context["passkey_options"])
    thief = Browser()
    first_step(thief, user)
    thief.get(CODE)
    assert thief.post(CODE, {"passkey_answer": signed}).status_code == 422  # another challenge
    assert browser.post(CODE, {"passkey_answer": signed}).status_code == 302
    question = passkeys.ask(user_id=user.pk)
    assert question is not None
    told = {"user_id": user.pk, "challenge": question.challenge, "actor": SETUP, "now": NOW}
    signed = key.sign(question.options)
    assert passkeys.step_up(answer=signed, **told)
    assert not passkeys.step_up(answer=signed, **told)  # the very same challenge


def test_of_two_requests_with_one_answer_one_passes(fresh_database: Database) -> None:
    user = a_staff_user("dealer")
    key = a_passkey(user)
    Passkey.objects.update(sign_count=0)
    question = passkeys.ask(user_id=user.pk)
    assert question is not None
    key.count = -1  # an authenticator that does not count: only the challenge tells a replay
    start, passed, signed = Barrier(2), list[bool](), key.sign(question.options)

    def use() -> None:
        start.wait()
        passed.append(
            passkeys.step_up(
                user_id=user.pk, answer=signed, challenge=question.challenge, actor=SETUP, now=NOW
            )
        )
        connections.close_all()

    threads = [Thread(target=use) for _request in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(passed) == [False, True]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "how",
    [{"flags": PRESENT}, {"flags": VERIFIED}, {"origin": "http://localhost.evil.example:8000"}],
    ids=["not verified", "nobody there", "another site"],
)
def test_a_key_that_proves_too_little_is_not_taken(how: dict[str, object], wheel: Wheel) -> None:
    user, browser = a_staff_user("dealer"), Browser()
    a_device(user)
    with pytest.raises(passkeys.BadAnswer):
        a_passkey(user, **how)
    key = a_passkey(user)
    for name, value in how.items():
        setattr(key, name, value)
    first_step(browser, user)
    signed = key.sign(browser.get(CODE).context["passkey_options"])
    assert browser.post(CODE, {"passkey_answer": signed}).status_code == 422
    assert not is_inside(browser)


@pytest.mark.django_db
def test_somebody_elses_key_opens_nothing(wheel: Wheel) -> None:
    user, other, browser = a_staff_user("dealer"), a_staff_user("risk"), Browser()
    a_passkey(user)
    theirs = a_passkey(other)
    first_step(browser, user)
    signed = theirs.sign(browser.get(CODE).context["passkey_options"])
    assert browser.post(CODE, {"passkey_answer": signed}).status_code == 422
    assert not is_inside(browser)


@pytest.mark.django_db
def test_a_key_that_was_copied_is_noticed(wheel: Wheel) -> None:
    user, browser = a_staff_user("dealer"), Browser()
    key = a_passkey(user)
    Passkey.objects.update(sign_count=7)
    first_step(browser, user)
    signed = key.sign(browser.get(CODE).context["passkey_options"])  # its first use
    assert browser.post(CODE, {"passkey_answer": signed}).status_code == 422


@pytest.mark.django_db
def test_every_changed_byte_of_an_answer_is_refused(wheel: Wheel) -> None:
    user = a_staff_user("dealer")
    key = a_passkey(user)
    question = passkeys.ask(user_id=user.pk)
    assert question is not None
    told = {"user_id": user.pk, "challenge": question.challenge, "actor": SETUP, "now": NOW}
    answer = json.loads(key.sign(question.options))
    changed = 0
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        data = bytes_of(answer["response"][part])
        for place in range(0, len(data), 7):
            wrong = bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]])
            response = {**answer["response"], part: text_of(wrong)}
            crooked = json.dumps({**answer, "response": response})
            assert not passkeys.step_up(answer=crooked, **told), (part, place)
            changed += 1
    assert changed > 30
    for crooked in ("", "{}", "[]", "null", "[" * 9_000, '{"id": 1}', "\x00", "a" * 30_000):
        assert not passkeys.step_up(answer=crooked, **told), crooked[:9]
    unasked = key.sign(json.dumps({"rpId": "localhost", "challenge": ""}))
    assert not passkeys.step_up(answer=unasked, **{**told, "challenge": b""})
    assert passkeys.step_up(answer=json.dumps(answer), **told)


@pytest.mark.django_db
def test_whoever_has_a_passkey_cannot_enrol_with_the_password_alone(wheel: Wheel) -> None:
    user, thief, key = a_staff_user("dealer"), Browser(), Authenticator()
    first_step(thief, user)
    options = thief.get(ENROL).context["passkey_options"]
    a_passkey(user)  # the owner was first
    late = thief.post(ENROL, {"new_passkey": key.make(options)})
    assert late["Location"] == "/sign-in/"
    assert not is_inside(thief)
    assert first_step(Browser(), user) == CODE
    with pytest.raises(two_factor.EnrolledAlready):
        two_factor.offer_factor(user_id=user.pk, actor=user.actor, now=NOW)


@pytest.mark.django_db
def test_one_more_is_added_and_taken_away_after_a_fresh_proof(wheel: Wheel) -> None:
    user = a_staff_user("dealer")
    device, key = a_device(user), Authenticator()
    browser = a_browser(user, at=wheel.at)
    wheel.turn(minutes=11)
    assert browser.get(ADD).status_code == 401
    asked = browser.post(ADD, {"step_up_code": code_of(device, wheel.at), "step_up_to_read": "1"})
    assert asked["Location"] == ADD
    options = browser.get(ADD).context["options"]
    done = browser.post(ADD, {"name": "My phone", "new_passkey": key.make(options)})
    assert done["Location"] == "/my-sign-in/"
    passkey = Passkey.objects.get(user=user)
    assert "My phone" in browser.get("/my-sign-in/").text
    twice = browser.post(ADD, {"name": "Again", "new_passkey": key.make(options)})
    assert twice.status_code == 422  # its challenge was used
    browser.post(f"/my-sign-in/passkeys/{passkey.pk}/remove/")
    assert not Passkey.objects.exists()


@pytest.mark.django_db
def test_the_only_factor_stays(wheel: Wheel) -> None:
    user = a_staff_user("dealer")
    a_passkey(user)
    passkey = Passkey.objects.get(user=user)
    with pytest.raises(passkeys.LastFactor):
        passkeys.remove_passkey(user_id=user.pk, passkey_id=passkey.pk, actor=SETUP, now=NOW)
