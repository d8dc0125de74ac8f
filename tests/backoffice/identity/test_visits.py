"""Login sessions and devices: on record, ended from elsewhere; a lock-out that hurts no owner."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.core import records, work
from backoffice.core.errors import Later
from backoffice.identity.actions import cleaning, letters, visits
from backoffice.identity.calc import browsers
from backoffice.identity.calc.networks import is_within, normalised
from backoffice.identity.models import KnownDevice, User, Visit
from tests.backoffice.identity.conftest import Wheel
from tests.factories.accounts.roles import a_changed_role
from tests.factories.people import PASSWORD, SETUP, a_device, a_staff_user, code_of

pytestmark = pytest.mark.django_db
INSIDE, OWN = "/recovery-codes/", "/my-sign-in/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def user(wheel: Wheel) -> User:
    return a_staff_user("dealer")


@pytest.fixture
def device(user: User) -> TOTPDevice:
    return a_device(user)


def sign_in(
    user: User, device: TOTPDevice, wheel: Wheel, browser: Browser | None = None
) -> Browser:
    """Sign in by both steps with a code that was not used yet."""
    browser = browser or Browser(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.7")
    wheel.turn(seconds=30)
    browser.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    answer = browser.post("/sign-in/code/", {"code": code_of(device, wheel.at)})
    assert answer.status_code == 302, answer.status_code
    return browser


def is_inside(browser: Browser) -> bool:
    return browser.get(INSIDE).status_code == 200


def names(user: User) -> list[str]:
    return [view.name for view in records.for_subject("user", user.pk)]


def test_a_sign_in_is_on_record_with_its_device(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = sign_in(user, device, wheel)
    visit = Visit.objects.select_related("device").get(user=user)
    assert (str(visit.device), visit.address) == ("Firefox on Linux", "203.0.113.7")
    cookie = browser.cookies["mt4bo_device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie.value not in str(KnownDevice.objects.values())
    assert visit.device.recognised_at is not None  # the first one: there is nobody to ask
    page = browser.get(OWN).text
    assert "Firefox on Linux" in page
    assert "this one" in page


def test_the_same_browser_is_known_again_and_another_is_news(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    mine = sign_in(user, device, wheel)
    sign_in(user, device, wheel, mine)
    assert KnownDevice.objects.filter(user=user).count() == 1
    thief = sign_in(user, device, wheel, Browser(REMOTE_ADDR="198.51.100.9"))
    assert names(user).count("identity.device.first_seen") == 2
    assert "198.51.100.9" in mine.get("/my-sign-in/new-devices/").text
    assert "198.51.100.9" not in thief.get("/my-sign-in/new-devices/").text
    strange = KnownDevice.objects.get(first_address="198.51.100.9")
    mine.post(f"/my-sign-in/devices/{strange.pk}/mine/")
    assert "198.51.100.9" not in mine.get("/my-sign-in/new-devices/").text
    assert mine.post(f"/my-sign-in/devices/{strange.pk}/mine/").status_code == 404


def test_a_new_device_is_written_to_its_owner_about_once(
    user: User, device: TOTPDevice, wheel: Wheel, mailoutbox: list[Any]
) -> None:
    sign_in(user, device, wheel)
    work.run_due(wheel.at)
    assert mailoutbox == []  # the first one: whom should it warn
    sign_in(user, device, wheel, Browser(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="198.51.100.9"))
    work.run_due(wheel.at)
    (letter,) = mailoutbox
    assert letter.to == [user.email]
    assert "Firefox on Linux, from 198.51.100.9" in letter.body
    assert "identity.device.letter_sent" in names(user)
    known, visit = KnownDevice.objects.latest("id"), Visit.objects.latest("id")
    letters.write_about_device(device_id=known.pk, visit_id=visit.pk, actor=SETUP, now=wheel.at)
    assert len(mailoutbox) == 1


def test_a_mail_server_that_is_silent_is_asked_again(
    user: User, device: TOTPDevice, wheel: Wheel, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    for address in ("203.0.113.7", "198.51.100.9"):
        sign_in(user, device, wheel, Browser(REMOTE_ADDR=address))
    known, visit = KnownDevice.objects.latest("id"), Visit.objects.latest("id")
    with pytest.raises(Later):
        letters.write_about_device(device_id=known.pk, visit_id=visit.pk, actor=SETUP, now=wheel.at)
    assert "identity.device.letter_sent" not in names(user)


def test_a_planted_cookie_is_not_taken_over(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    browser = Browser()
    browser.cookies["mt4bo_device"] = "planted-by-an-attacker"
    sign_in(user, device, wheel, browser)
    assert browser.cookies["mt4bo_device"].value != "planted-by-an-attacker"


def test_two_people_at_one_browser_are_on_one_device(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    other = a_staff_user("risk")
    browser = sign_in(user, device, wheel)
    first = browser.session["device_key"]
    browser.post("/sign-out/")
    sign_in(other, a_device(other), wheel, browser)
    assert first == browser.session["device_key"] != ""
    assert browser.session["proved_by"] == "code"
    keys = set(KnownDevice.objects.values_list("key", flat=True))
    assert KnownDevice.objects.count() == 2
    assert len(keys) == 1


def test_one_signs_another_session_out(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    here, there = sign_in(user, device, wheel), sign_in(user, device, wheel, Browser())
    visit = Visit.objects.latest("started_at")
    assert is_inside(there)
    assert here.post(f"/my-sign-in/{visit.pk}/end/")["Location"] == OWN
    assert is_inside(here)
    assert not is_inside(there)
    assert here.post(f"/my-sign-in/{visit.pk}/end/").status_code == 404
    assert names(user)[0] == "identity.visit.ended"


def test_one_signs_all_others_out_and_nobody_elses(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    other = a_staff_user("risk")
    theirs = sign_in(other, a_device(other), wheel)
    here = sign_in(user, device, wheel)
    there = [sign_in(user, device, wheel, Browser()) for _one in range(2)]
    foreign = Visit.objects.get(user=other)
    assert here.post(f"/my-sign-in/{foreign.pk}/end/").status_code == 404
    here.post("/my-sign-in/others/end/")
    assert is_inside(here)
    assert is_inside(theirs)
    assert not any(is_inside(one) for one in there)


def test_leaving_closes_the_record(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    browser = sign_in(user, device, wheel)
    browser.post("/sign-out/")
    visit = Visit.objects.get(user=user)
    assert (visit.session_key, visit.ended_by) == ("", str(user.actor))


def test_a_session_that_is_over_is_closed_on_record(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = sign_in(user, device, wheel)
    wheel.turn(hours=12, seconds=1)
    assert not is_inside(browser)
    cleaning.clear_old_sign_ins(now=wheel.at)
    assert Visit.objects.get(user=user).ended_at is not None
    cleaning.clear_old_sign_ins(now=wheel.at + timedelta(days=91))
    assert not Visit.objects.exists()


def test_strangers_do_not_lock_the_owner_out(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    """However many guess, from however many addresses, the owner's own included."""
    owner = sign_in(user, device, wheel)
    owner.post("/sign-out/")
    for number in range(12):
        guesser = Browser(REMOTE_ADDR=f"203.0.113.{number}")
        for _try in range(6):
            guesser.post("/sign-in/", {"email": user.email, "password": "wrong"})
    stranger = Browser(REMOTE_ADDR="203.0.113.7")
    late = stranger.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    assert late.status_code == 429
    assert is_inside(sign_in(user, device, wheel, owner))


def test_wrong_codes_of_strangers_do_not_hold_the_owner_up(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    """They know the password and guess codes: they wait for each other, the owner does not."""
    owner = sign_in(user, device, wheel)
    for number in range(40):
        thief = Browser(REMOTE_ADDR=f"198.51.100.{number}")
        wheel.turn(seconds=33)
        thief.post("/sign-in/", {"email": user.email, "password": PASSWORD})
        thief.post("/sign-in/code/", {"code": "000000"})
    device.refresh_from_db()
    assert device.throttling_failure_count <= 7  # and never a pause of hours
    assert is_inside(sign_in(user, device, wheel, owner))


def test_a_stolen_device_cookie_buys_five_tries(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    owner = sign_in(user, device, wheel)
    thief = Browser(REMOTE_ADDR="198.51.100.1")
    thief.cookies["mt4bo_device"] = owner.cookies["mt4bo_device"].value
    tries = [
        thief.post("/sign-in/", {"email": user.email, "password": "wrong"}).status_code
        for _try in range(12)
    ]
    assert tries.count(422) < 11
    assert tries[-1] == 429


def test_a_role_lets_in_from_its_networks_only(
    user: User, device: TOTPDevice, wheel: Wheel
) -> None:
    browser = sign_in(user, device, wheel)
    a_changed_role("dealer", networks=["192.0.2.0/24", "2001:db8::/32"])
    refused = browser.get(INSIDE)
    assert refused.status_code == 403
    assert "networks" in refused.text
    browser.defaults["REMOTE_ADDR"] = "192.0.2.77"
    assert is_inside(browser)
    browser.defaults["HTTP_X_FORWARDED_FOR"] = "192.0.2.77"
    browser.defaults["REMOTE_ADDR"] = "203.0.113.7"
    assert browser.get(INSIDE).status_code == 403


def test_ending_twice_ends_once(user: User, device: TOTPDevice, wheel: Wheel) -> None:
    sign_in(user, device, wheel)
    told = {"user_id": user.pk, "but": None, "actor": SETUP, "now": wheel.at}
    assert visits.end_visits(**told) == 1
    assert visits.end_visits(**told) == 0


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; like Mac OS X) Version/18 Safari/604", "Safari on iPhone"),
        ("curl/8", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)  # fmt: skip
def test_a_browser_has_a_name_for_people(agent: str, name: str) -> None:
    assert browsers.name_of(agent) == name


def test_networks_are_read_strictly() -> None:
    assert normalised([" 192.0.2.9/24 ", "", "192.0.2.0/24", "::1"]) == ["192.0.2.0/24", "::1/128"]
    with pytest.raises(ValueError, match="does not appear"):
        normalised(["office"])
    assert is_within("192.0.2.1", ["192.0.2.0/24"])
    assert not is_within("2001:db8::1", ["192.0.2.0/24"])
    assert not is_within("nowhere", ["0.0.0.0/0"])
