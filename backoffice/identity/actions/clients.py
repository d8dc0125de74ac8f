"""Sign-ins of clients: invited by staff, a password by a link, the personal area and no more."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.identity.actions import visits
from backoffice.identity.actions.people import give_password
from backoffice.identity.events import ClientInvited, LinkAsked, PasswordChanged
from backoffice.identity.models import User
from backoffice.identity.queries import links, people
from backoffice.identity.states import Kind


class AddressTaken(Conflict):
    """Another client signs in with this address."""


class LinkOver(Rejected):
    """The link was used, is too old, or was never one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Who is invited: the client's record, and what their sign-in takes from it."""

    client_id: int
    email: str
    full_name: str
    language: str = "en"
    timezone: str = "UTC"


@transaction.atomic
def invite_client(*, invited: Invited, actor: Actor, now: datetime) -> User:
    """Let a client sign in, without a password yet: a letter brings the link to one.

    A client has one sign-in; invited again, they get a new link. Raises AddressTaken, Rejected.
    """
    email = invited.email.strip().lower()
    if not email:
        raise Rejected(_("This client has no e-mail address: enter one first."))
    locks.advisory("identity.clients", timeout_ms=2_000)
    user = people.sign_in_of(invited.client_id) or User(
        kind=Kind.CLIENT, client_id=invited.client_id, created_at=now
    )
    other = people.find_client(email)
    if other is not None and other.pk != user.pk:
        raise AddressTaken(_("Another client signs in with this e-mail address."))
    user.email, user.full_name = email, invited.full_name
    user.language, user.timezone = invited.language, invited.timezone
    if user.pk is None:
        user.set_unusable_password()
    user.save()
    told = ClientInvited(user_id=user.pk, client_id=invited.client_id)
    subjects = [("user", user.pk), ("client", invited.client_id)]
    outbox.emit(told, actor=actor, subjects=subjects, now=now)
    return user


@transaction.atomic
def ask_for_link(*, email: str, actor: Actor, now: datetime) -> None:
    """Send a new link to this address if a client signs in by it; nobody is told whether."""
    user = people.find_client(email)
    if user is None or not user.is_active or user.client_id is None:
        return
    told = LinkAsked(user_id=user.pk, client_id=user.client_id)
    subjects = [("user", user.pk), ("client", user.client_id)]
    outbox.emit(told, actor=actor, subjects=subjects, now=now)


@transaction.atomic
def set_password(*, user_id: int, token: str, password: str, actor: Actor, now: datetime) -> User:
    """Give a client the password they chose by a link; every session of theirs ends.

    Raises LinkOver, WeakPassword.
    """
    locks.rows(User.objects.filter(pk=user_id, kind=Kind.CLIENT)).first()
    user = links.user_of_link(user_id, token)
    if user is None:
        raise LinkOver(_("This link does not work any more. Ask for a new one."))
    give_password(user, password)
    user.save(update_fields=["password"])
    told = PasswordChanged(user_id=user.pk)
    outbox.emit(told, actor=actor, subjects=[("user", user.pk)], now=now)
    visits.end_visits(user_id=user.pk, but=None, actor=actor, now=now)
    return user
