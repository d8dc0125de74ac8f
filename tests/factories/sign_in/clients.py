"""Clients who sign in to the personal area: invited, with a password, in a browser of their own."""

from django.test import Client as Browser
from django.urls import reverse

from backoffice.core import clock
from backoffice.identity.actions import clients as sign_ins
from backoffice.identity.models import User
from backoffice.identity.queries import links
from crm.models import Client
from tests.factories.people import PASSWORD, SETUP


def a_sign_in(client: Client, *, email: str = "") -> User:
    """Return the client's sign-in, with PASSWORD."""
    invited = sign_ins.Invited(
        client_id=client.pk,
        email=email or f"client{client.pk}@mail.example",
        full_name=client.full_name,
    )
    user = sign_ins.invite_client(invited=invited, actor=SETUP, now=clock.now())
    token = links.link_for(user).rstrip("/").rpartition("/")[2]
    return sign_ins.set_password(
        user_id=user.pk, token=token, password=PASSWORD, actor=user.actor, now=clock.now()
    )


def signed_in(user: User) -> Browser:
    """Return a browser in which this client came in by the door."""
    browser = Browser()
    answer = browser.post(reverse("entrance:sign-in"), {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return browser


def a_client_browser(client: Client) -> Browser:
    """Return a browser in which the client is signed in."""
    return signed_in(a_sign_in(client))
