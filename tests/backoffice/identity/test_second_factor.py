"""Enrolling the second factor: forced at the first sign-in, impossible beside an existing one."""

import base64
import re
import time
from datetime import UTC, datetime
from html import unescape
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.test import Client as Browser
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.core import records
from backoffice.identity.actions import sessions, two_factor
from backoffice.identity.queries.two_factor import has_factor, recovery_codes_left
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

ENROL = "/sign-in/enrol/"
CODES = "/recovery-codes/"


def first_step(browser: Browser, email: str) -> str:
    answer = browser.post("/sign-in/", {"email": email, "password": PASSWORD})
    return answer["Location"]


@pytest.mark.django_db
def test_the_first_sign_in_enrols(wheel: Wheel) -> None:
    user, browser = a_staff_user("dealer"), Browser()
    assert first_step(browser, user.email) == ENROL
    page = browser.get(ENROL)
    device = TOTPDevice.objects.get(user=user)
    assert page["Cache-Control"].startswith("max-age=0")
    assert page.context["qr"].startswith("data:image/svg+xml")
    shown = base64.b32decode(page.context["secret"].replace(" ", ""))
    assert shown == device.bin_key
    assert device.tolerance == 0
    answer = browser.post(ENROL, {"code": code_of(device, wheel.at)})
    assert answer.status_code == 200
    assert len(answer.context["codes"]) == 10
    assert all(re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", c) for c in answer.context["codes"])
    assert answer.context["codes"][0] in unescape(answer.content.decode())
    assert browser.get(CODES).context["left"] == 10
    told = [view.name for view in reversed(records.for_subject("user", user.pk))]
    assert told[-5:] == [
        "identity.factor.offered",
        "identity.factor.enrolled",
        "identity.recovery_codes.made",
        "identity.device.first_seen",
        "identity.user.signed_in",
    ]


@pytest.mark.django_db
def test_a_wrong_first_code_enrols_nothing(wheel: Wheel) -> None:
    user, browser = a_staff_user("dealer"), Browser()
    first_step(browser, user.email)
    assert browser.post(ENROL, {"code": "000000"}).status_code == 422
    assert not has_factor(user.pk)
    assert browser.get(CODES).status_code == 302


@pytest.mark.django_db
def test_whoever_has_a_factor_cannot_enrol_another_with_the_password_alone(wheel: Wheel) -> None:
    user, thief = a_staff_user("dealer"), Browser()
    a_device(user)
    assert first_step(thief, user.email) == "/sign-in/code/"
    assert thief.get(ENROL).status_code == 404
    assert thief.post(ENROL, {"code": "000000"}).status_code == 404
    with pytest.raises(two_factor.EnrolledAlready):
        two_factor.offer_factor(user_id=user.pk, actor=user.actor, now=NOW)


@pytest.mark.django_db
def test_a_secret_shown_to_somebody_else_is_void(wheel: Wheel) -> None:
    user, thief, owner = a_staff_user("dealer"), Browser(), Browser()
    first_step(thief, user.email)
    stolen = TOTPDevice.objects.get(user=user)
    first_step(owner, user.email)
    assert thief.get(ENROL).status_code == 404
    assert thief.post(ENROL, {"code": code_of(stolen, wheel.at)}).status_code == 404
    fresh = TOTPDevice.objects.get(user=user)
    assert owner.post(ENROL, {"code": code_of(fresh, wheel.at)}).status_code == 200


@pytest.mark.django_db
def test_new_recovery_codes_need_the_factor_and_void_the_old(wheel: Wheel) -> None:
    user = a_staff_user("dealer")
    device, browser = a_device(user), a_browser(user, at=wheel.at)
    old = two_factor.make_recovery_codes(user_id=user.pk, actor=user.actor, now=NOW)
    assert browser.post(CODES).status_code == 401  # however fresh the sign-in is
    assert browser.post(CODES, {"step_up_code": "000000"}).status_code == 401
    wheel.turn(seconds=30)
    code = code_of(device, wheel.at)
    new = browser.post(CODES, {"step_up_code": code}).context["codes"]
    assert browser.post(CODES, {"step_up_code": code}).status_code == 401
    assert len(new) == recovery_codes_left(user.pk) == 10
    assert not set(new) & set(old)
    refused = sessions.pass_second_factor(
        user_id=user.pk, code=old[0], actor=user.actor, now=wheel.at
    )
    assert refused is None


@pytest.mark.django_db
def test_a_reset_factor_is_enrolled_anew(wheel: Wheel) -> None:
    user, admin = a_staff_user("dealer"), a_staff_user("administrator")
    a_device(user)
    browser = a_browser(user, at=wheel.at)
    two_factor.reset_factor(user_id=user.pk, reason="lost phone", actor=admin.actor, now=NOW)
    assert browser.get(CODES).status_code == 302
    assert first_step(Browser(), user.email) == ENROL


def test_of_two_requests_with_one_code_one_passes(fresh_database: Database) -> None:
    user = a_staff_user("dealer")
    device = a_device(user)
    start, passed = Barrier(2), list[Device | None]()

    def use(code: str) -> None:
        start.wait()
        passed.append(sessions.pass_second_factor(user_id=user.pk, code=code, actor=SETUP, now=NOW))
        connections.close_all()

    code = code_of(device, a_moment())
    threads = [Thread(target=use, args=[code]) for _request in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one is None for one in passed) == [False, True]


def a_moment() -> datetime:
    """Return now, not so late in its half-minute that the code could run out meanwhile."""
    while datetime.now(UTC).second % 30 > 25:
        time.sleep(1)
    return datetime.now(UTC)
