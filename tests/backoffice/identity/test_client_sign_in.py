"""How clients come into the personal area, and how everybody else does not."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from backoffice.core import clock, work
from backoffice.core.models import EventRecord
from backoffice.identity.actions import clients as sign_ins
from backoffice.identity.models import User, Visit
from backoffice.identity.queries import links
from backoffice.identity.states import Kind
from crm.actions import inviting
from crm.models import Client
from tests.factories.people import PASSWORD, SETUP, a_browser, a_client, a_staff_user
from tests.factories.sign_in.clients import a_sign_in, signed_in

pytestmark = pytest.mark.django_db
SIGN_IN = "/portal/sign-in/"


@pytest.fixture
def nora() -> Client:
    """A client with an address."""
    return a_client("Nora Near", email="nora@example.com")


def tried(email: str, password: str = PASSWORD, browser: Browser | None = None) -> Any:
    return (browser or Browser()).post(SIGN_IN, {"email": email, "password": password})


def is_inside(browser: Browser) -> bool:
    return browser.get("/portal/").status_code == 200


def the_link() -> str:
    """The path of the link in the newest letter."""
    found = re.search(r"/portal/password/\d+/[^/\s]+/", mail.outbox[-1].body)
    assert found is not None
    return found[0]


def test_an_invitation_leads_to_a_password_and_in(nora: Client) -> None:
    inviting.invite_client(client_id=nora.pk, actor=SETUP, now=clock.now())
    assert tried("nora@example.com").status_code == 422  # no password yet
    work.run_due(clock.now())
    assert mail.outbox[-1].to == ["nora@example.com"]
    link, browser = the_link(), Browser()

    assert browser.get(link).status_code == 200
    typed = {"new": PASSWORD, "again": PASSWORD}
    assert browser.post(link, {**typed, "again": "another"}).status_code == 422
    assert browser.post(link, {"new": "short", "again": "short"}).status_code == 422
    assert browser.post(link, typed).status_code == 302
    answer = tried("Nora@Example.com ", browser=browser)

    assert (answer.status_code, answer.url) == (302, "/portal/")
    assert is_inside(browser)
    assert Visit.objects.filter(user__kind=Kind.CLIENT, ended_at=None).count() == 1
    # The link works once, and stands in no row of ours.
    assert browser.get(link).status_code == 410
    assert browser.post(link, typed).status_code == 410
    assert not any(link.encode() in bytes(one.body) for one in EventRecord.objects.all())


def test_the_session_is_the_areas_own(nora: Client) -> None:
    browser = signed_in(a_sign_in(nora))

    assert settings.SESSION_COOKIE_NAME not in browser.cookies
    cookie = browser.cookies[settings.CLIENT_COOKIE_NAME]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/portal/", True, "Lax")

    browser.post("/portal/sign-out/")
    assert not is_inside(browser)
    assert not Visit.objects.filter(ended_at=None).exists()


def test_neither_session_opens_the_other_area(nora: Client) -> None:
    client, staff = signed_in(a_sign_in(nora)), a_browser(a_staff_user("administrator"))
    key = client.cookies[settings.CLIENT_COOKIE_NAME].value
    mixed = Browser()
    mixed.cookies[settings.SESSION_COOKIE_NAME] = key
    assert mixed.get("/").url.startswith("/sign-in/")

    mixed = Browser()
    mixed.cookies[settings.CLIENT_COOKIE_NAME] = staff.cookies[settings.SESSION_COOKIE_NAME].value
    assert mixed.get("/portal/").url.startswith(SIGN_IN)
    assert staff.get("/portal/").url.startswith(SIGN_IN)
    assert client.get("/").url.startswith("/sign-in/")


def test_neither_password_opens_the_other_door(nora: Client) -> None:
    staff = a_staff_user("administrator", name="Same Person")
    a_sign_in(nora, email=staff.email)
    User.objects.filter(kind=Kind.CLIENT).update(password="")
    assert tried(staff.email).status_code == 422

    a_sign_in(a_client(), email="client@example.com")
    answer = Browser().post("/sign-in/", {"email": "client@example.com", "password": PASSWORD})
    assert answer.status_code == 422


def test_guesses_shut_this_door_and_no_other(nora: Client) -> None:
    staff = a_staff_user(name="Same Person")
    user = a_sign_in(nora, email=staff.email)
    statuses = [tried(user.email, "wrong").status_code for _ in range(5)]
    assert statuses == [422, 422, 422, 422, 429]

    answer = tried(user.email)
    assert answer.status_code == 429
    assert b"Too many attempts" in answer.content
    assert b"one-time code" not in answer.content
    # The member of staff of the same address is not shut out.
    answer = Browser().post("/sign-in/", {"email": staff.email, "password": PASSWORD})
    assert answer.status_code == 302


def test_coming_in_forgives_nothing_of_the_staffs(nora: Client) -> None:
    staff = a_staff_user(name="Same Person")
    user = a_sign_in(nora, email=staff.email)
    for _ in range(4):
        Browser().post("/sign-in/", {"email": staff.email, "password": "wrong"})
    signed_in(user)

    answer = Browser().post("/sign-in/", {"email": staff.email, "password": "wrong"})
    assert answer.status_code == 429


def test_links_are_sent_to_clients_only_and_not_without_end(nora: Client) -> None:
    a_sign_in(nora, email="nora@example.com")
    staff = a_staff_user(name="Some Body")
    for address in ("nobody@example.com", staff.email, "nora@example.com"):
        answer = Browser().post("/portal/forgotten/", {"email": address})
        assert answer.status_code == 200
        assert b"a letter with a link is on its way" in answer.content
    work.run_due(clock.now())
    assert [one.to for one in mail.outbox if "choose it here" in one.body] == [["nora@example.com"]]
    for _ in range(4):
        answer = Browser().post("/portal/forgotten/", {"email": "nora@example.com"})
    answer = Browser().post("/portal/forgotten/", {"email": "nora@example.com"})
    assert answer.status_code == 429


def test_a_new_password_ends_every_session_and_every_link(nora: Client) -> None:
    user = a_sign_in(nora)
    browser, other = signed_in(user), links.link_for(user)
    sign_ins.set_password(
        user_id=user.pk,
        token=other.rstrip("/").rpartition("/")[2],
        password="another long battery",
        actor=user.actor,
        now=clock.now(),
    )

    assert not is_inside(browser)
    assert Browser().get(other.removeprefix(settings.SITE_URL)).status_code == 410


def test_a_session_ends_when_it_is_idle(nora: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(a_sign_in(nora))
    later = clock.now() + timedelta(seconds=settings.SESSION_IDLE_SECONDS + 1)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert browser.get("/portal/").url.startswith(SIGN_IN)
    assert not Visit.objects.filter(ended_at=None).exists()


def test_who_was_shut_out_is_out_at_once(nora: Client) -> None:
    user = a_sign_in(nora)
    browser = signed_in(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert not is_inside(browser)
    assert tried(user.email).status_code == 422


@pytest.mark.parametrize(
    "to", ["https://evil.example/portal/", "//evil.example", "/clients/", "/portalx"]
)
def test_the_way_on_stays_in_the_area(nora: Client, to: str) -> None:
    user = a_sign_in(nora)
    answer = Browser().post(SIGN_IN, {"email": user.email, "password": PASSWORD, "next": to})
    assert answer.url == "/portal/"


def test_two_clients_do_not_share_an_address(nora: Client) -> None:
    a_sign_in(nora, email="nora@example.com")
    twin = a_client("Nora Too", email="nora@example.com")
    with pytest.raises(sign_ins.AddressTaken):
        inviting.invite_client(client_id=twin.pk, actor=SETUP, now=clock.now())


def test_a_new_device_is_told_in_a_clients_words(nora: Client) -> None:
    user = a_sign_in(nora)
    signed_in(user)
    signed_in(user)
    work.run_due(clock.now())

    (letter,) = [one for one in mail.outbox if one.subject == "A sign-in from a new device"]
    assert "your personal area" in letter.body
    assert "back office" not in letter.body
    assert reverse("entrance:forgotten") in letter.body
