"""Signing in through the doors: two steps, no session before the second, no code twice."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client as Browser
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.core import records
from backoffice.identity.actions import people, two_factor
from backoffice.identity.models import User
from tests.backoffice.identity.conftest import Wheel
from tests.factories.people import (
    NOW,
    PASSWORD,
    SETUP,
    a_browser,
    a_device,
    a_staff_user,
    code_of,
)

pytestmark = pytest.mark.django_db

SIGN_IN = "/sign-in/"
CODE = "/sign-in/code/"
ENROL = "/sign-in/enrol/"
INSIDE = "/recovery-codes/"
REFUSED = "do not let you in"


def first_step(browser: Browser, email: str, password: str = PASSWORD, to: str = "") -> Any:
    return browser.post(SIGN_IN, {"email": email, "password": password, "next": to})


def events_of(user: User) -> list[str]:
    return [view.name for view in reversed(records.for_subject("user", user.pk))]


def is_inside(browser: Browser) -> bool:
    return browser.get(INSIDE).status_code == 200


@pytest.fixture
def user(wheel: Wheel) -> User:
    return a_staff_user("dealer")


@pytest.fixture
def device(user: User) -> TOTPDevice:
    return a_device(user)


def test_two_steps_let_in(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    browser = Browser()
    first = first_step(browser, user.email.upper(), to="/clients/?q=ana")
    assert (first.status_code, first["Location"]) == (302, CODE)
    second = browser.post(CODE, {"code": code_of(device, wheel.at)})
    assert (second.status_code, second["Location"]) == (302, "/clients/?q=ana")
    assert is_inside(browser)
    assert events_of(user)[-1] == "identity.user.signed_in"


def test_nobody_is_signed_in_before_the_second_step(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = Browser()
    first_step(browser, user.email)
    assert set(browser.session.keys()) == {"sign_in"}
    assert PASSWORD not in str(dict(browser.session))
    assert not is_inside(browser)
    assert browser.post("/taste/", {"theme": "dark"}).status_code == 302
    user.refresh_from_db()
    assert (user.theme, user.last_login) == ("system", None)


def test_the_session_gets_a_new_key_at_each_step(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = Browser()
    keys = []
    session = browser.session
    session["planted"] = "by an attacker"
    session.save()
    keys.append(session.session_key)
    first_step(browser, user.email)
    keys.append(browser.session.session_key)
    assert "planted" not in browser.session
    browser.post(CODE, {"code": code_of(device, wheel.at)})
    keys.append(browser.session.session_key)
    assert len(set(keys)) == 3
    assert "sign_in" not in browser.session


def test_a_code_works_once(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    code = code_of(device, wheel.at)
    mine, thief = Browser(), Browser()
    first_step(mine, user.email)
    first_step(thief, user.email)
    assert mine.post(CODE, {"code": code}).status_code == 302
    assert thief.post(CODE, {"code": code}).status_code == 422
    assert not is_inside(thief)
    wheel.turn(seconds=30)
    assert thief.post(CODE, {"code": code_of(device, wheel.at)}).status_code == 302


@pytest.mark.parametrize("steps", [-2, -1, 1, 2])
def test_a_code_lives_thirty_seconds(
    steps: int, user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = Browser()
    first_step(browser, user.email)
    early = wheel.at
    wheel.turn(seconds=30 * steps)
    other = code_of(device, wheel.at)
    wheel.at = early
    assert browser.post(CODE, {"code": other}).status_code == 422
    assert not is_inside(browser)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "\x00"])
def test_what_is_no_code_is_refused(
    code: str, user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = Browser()
    first_step(browser, user.email)
    assert browser.post(CODE, {"code": code}).status_code == 422
    assert events_of(user)[-1] == "identity.user.sign_in_refused"


def test_the_first_step_lasts_five_minutes(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    browser = Browser()
    first_step(browser, user.email)
    wheel.turn(seconds=301)
    late = browser.post(CODE, {"code": code_of(device, wheel.at)})
    assert late["Location"] == SIGN_IN
    assert not is_inside(browser)


def test_a_new_password_voids_the_first_step(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    browser = Browser()
    first_step(browser, user.email)
    User.objects.filter(pk=user.pk).update(password=make_password("another one altogether"))
    assert browser.post(CODE, {"code": code_of(device, wheel.at)})["Location"] == SIGN_IN


def test_all_refusals_look_the_same(user: User, wheel: Wheel) -> None:
    suspended, client = a_staff_user("risk"), a_client_user()
    people.suspend_staff(user_id=suspended.pk, reason="left", actor=SETUP, now=NOW)
    answers = [
        first_step(Browser(), user.email, "wrong"),
        first_step(Browser(), "nobody@house.example"),
        first_step(Browser(), suspended.email),
        first_step(Browser(), client.email),
        first_step(Browser(), "not an address"),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert all(REFUSED in answer.content.decode() for answer in answers)
    assert len({answer.context["error"] for answer in answers}) == 1
    assert events_of(user)[-1] == "identity.user.sign_in_refused"


def a_client_user() -> User:
    return User.objects.create(
        kind="client",
        email="client@mail.example",
        full_name="A Client",
        client_id=1,
        password=make_password(PASSWORD),
        created_at=NOW,
    )


def test_a_client_never_passes_even_with_a_forged_session(wheel: Wheel) -> None:
    client = a_client_user()
    a_device(client)
    browser = a_browser(client, at=wheel.at)
    assert browser.get("/recovery-codes/").status_code == 302
    assert browser.get("/admin/").status_code == 302


def test_a_staff_session_without_the_second_factor_is_nobody(user: User, wheel: Wheel) -> None:
    browser = Browser()
    browser.force_login(user, backend="backoffice.identity.actions.credentials.StaffBackend")
    answer = browser.get(INSIDE)
    assert answer.status_code == 302
    assert answer["Location"] == f"{SIGN_IN}?next=/recovery-codes/"


def test_five_wrong_passwords_shut_the_name_for_this_address_only(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = Browser(REMOTE_ADDR="203.0.113.1")
    statuses = [first_step(browser, user.email, "wrong").status_code for _try in range(6)]
    assert statuses == [422, 422, 422, 422, 429, 429]
    assert first_step(browser, user.email).status_code == 429
    forged = Browser(REMOTE_ADDR="203.0.113.1", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert first_step(forged, user.email).status_code == 429
    elsewhere = Browser(REMOTE_ADDR="203.0.113.2")
    assert first_step(elsewhere, user.email).status_code == 302
    wheel.turn(minutes=16)
    assert first_step(browser, user.email).status_code == 302


def test_spelling_the_name_otherwise_buys_no_tries(user: User, wheel: Wheel) -> None:
    browser = Browser()
    spellings = [user.email, user.email.upper(), f" {user.email}", user.email.title()]
    for spelling in [*spellings, user.email]:
        first_step(browser, spelling, "wrong")
    assert first_step(browser, user.email).status_code == 429


def test_wrong_codes_count_too(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    browser = Browser()
    first_step(browser, user.email)
    for _try in range(4):
        assert browser.post(CODE, {"code": "000000"}).status_code == 422
        wheel.turn(seconds=20)
    assert browser.post(CODE, {"code": "000000"}).status_code == 429
    assert first_step(browser, user.email).status_code == 429


def test_codes_are_spaced_out_after_a_wrong_one(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = Browser()
    first_step(browser, user.email)
    browser.post(CODE, {"code": "000000"})
    good = code_of(device, wheel.at)
    assert browser.post(CODE, {"code": good}).status_code == 422
    wheel.turn(seconds=4)
    assert browser.post(CODE, {"code": good}).status_code == 302


def test_many_addresses_together_are_slowed_down(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    for number in range(10):
        guesser = Browser(REMOTE_ADDR=f"198.51.100.{number}")
        for _try in range(3):
            first_step(guesser, user.email, "wrong")
    owner = Browser(REMOTE_ADDR="203.0.113.5")
    assert first_step(owner, user.email).status_code == 429
    wheel.turn(seconds=11)
    assert first_step(owner, user.email).status_code == 302


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "http:///evil.example",
        "/\t/evil.example",
    ],
)
def test_the_way_on_is_one_of_our_own(
    to: str, user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = Browser()
    first_step(browser, user.email, to=to)
    assert browser.post(CODE, {"code": code_of(device, wheel.at)})["Location"] == "/"
    assert browser.get(SIGN_IN, {"next": to})["Location"] == "/"


def test_recovery_codes_work_once_each(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    codes = two_factor.make_recovery_codes(user_id=user.pk, actor=user.actor, now=NOW)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(codes) == len(kept) == 10
    assert not {code.replace("-", "") for code in codes} & kept
    for attempt, status in (("1", 302), ("2", 422)):
        browser = Browser(REMOTE_ADDR=f"203.0.113.{attempt}")
        first_step(browser, user.email)
        typed = codes[0].upper().replace("-", " ")
        assert browser.post(CODE, {"code": typed}).status_code == status
    assert "identity.recovery_code.used" in events_of(user)
    assert StaticToken.objects.count() == 9


def test_signing_out_ends_the_session(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    browser = a_browser(user, at=wheel.at)
    assert is_inside(browser)
    assert browser.get("/sign-out/").status_code == 405
    assert browser.post("/sign-out/")["Location"] == SIGN_IN
    assert not is_inside(browser)
    assert events_of(user)[-1] == "identity.user.signed_out"


def test_every_session_ends_after_twelve_hours(user: User, wheel: Wheel) -> None:
    browser = a_browser(user, at=wheel.at)
    for _visit in range(12 * 6):
        assert is_inside(browser)
        wheel.turn(minutes=10)
    wheel.turn(seconds=1)
    assert not is_inside(browser)


def test_suspension_holds_at_the_next_request(user: User, wheel: Wheel) -> None:
    browser = a_browser(user, at=wheel.at)
    assert is_inside(browser)
    people.suspend_staff(user_id=user.pk, reason="left", actor=SETUP, now=wheel.at)
    assert not is_inside(browser)


def test_a_fragment_is_sent_to_the_sign_in_whole(wheel: Wheel) -> None:
    answer = Browser().get(INSIDE, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("identity:sign-in")


def test_taste_is_kept(user: User, wheel: Wheel) -> None:
    browser = a_browser(user, at=wheel.at)
    assert browser.post("/taste/", {"theme": "dark"}).status_code == 204
    assert browser.post("/taste/", {"density": "compact"}).status_code == 204
    assert browser.post("/taste/", {"theme": "pink"}).status_code == 400
    user.refresh_from_db()
    assert (user.theme, user.density) == ("dark", "compact")
