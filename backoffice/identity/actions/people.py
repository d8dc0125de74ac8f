"""Staff: who joins, who is suspended, where they work, how their screen looks."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import live, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.events import Event
from backoffice.identity.actions import visits
from backoffice.identity.events import (
    DeskChanged,
    PasswordChanged,
    PreferencesChanged,
    StaffCreated,
    StaffReinstated,
    StaffSuspended,
)
from backoffice.identity.models import User
from backoffice.identity.permissions import USE_ADMIN
from backoffice.identity.queries import people
from backoffice.identity.states import Kind

PREFERENCES = ("theme", "density", "language", "timezone")


class EmailTaken(Conflict):
    """Another member of staff signs in with this address."""


class WeakPassword(Rejected):
    """The password breaks a rule; the sentence says which."""


class WrongPassword(Rejected):
    """Whoever changes their password has to know the old one."""


class NotAPreference(Rejected):
    """A preference that nobody has, or a value that it cannot take."""


class Oneself(Rejected):
    """This is done by somebody else, never by the person concerned."""


class LastAdministrator(Rejected):
    """Nobody would be left who can grant roles."""


@transaction.atomic
def create_staff(
    *,
    email: str,
    full_name: str,
    password: str | None = None,
    desk_id: int | None = None,
    timezone: str = "UTC",
    actor: Actor,
    now: datetime,
) -> User:
    """Let somebody join, without any role yet; without a password they cannot sign in.

    Raises EmailTaken, and WeakPassword with the rule that is broken.
    """
    email = email.strip().lower()
    locks.advisory(f"identity.staff.{email}", timeout_ms=2_000)
    if people.find_staff(email) is not None:
        raise EmailTaken(_("Somebody of the staff has this e-mail address already."))
    user = User(
        kind=Kind.STAFF,
        email=email,
        full_name=full_name.strip(),
        desk_id=desk_id,
        timezone=timezone,
        created_at=now,
    )
    give_password(user, password)
    user.save()
    _tell(StaffCreated(user_id=user.pk), user, actor=actor, now=now)
    return user


@transaction.atomic
def set_password(*, user_id: int, password: str, actor: Actor, now: datetime) -> User:
    """Give a member of staff another password; their sessions end with the old one."""
    user = _locked(user_id)
    give_password(user, password)
    user.save(update_fields=["password"])
    _tell(PasswordChanged(user_id=user.pk), user, actor=actor, now=now)
    return user


@transaction.atomic
def change_own_password(
    *,
    user_id: int,
    now_used: str,
    password: str,
    visit_id: int | None,
    actor: Actor,
    now: datetime,
) -> User:
    """Give oneself another password; every session but this one ends at once.

    Raises WrongPassword, WeakPassword.
    """
    user = _locked(user_id)
    if not user.check_password(now_used):
        raise WrongPassword(_("That is not your password now."))
    give_password(user, password)
    user.save(update_fields=["password"])
    _tell(PasswordChanged(user_id=user.pk), user, actor=actor, now=now)
    visits.end_visits(user_id=user.pk, but=visit_id, actor=actor, now=now)
    live.revoke(user.pk)
    return user


@transaction.atomic
def suspend_staff(*, user_id: int, reason: str, actor: Actor, now: datetime) -> User:
    """Shut somebody out at once: at the next request, and their sockets by the reaction.

    Raises Oneself, and LastAdministrator when nobody else could undo it.
    """
    if actor == Actor.staff(user_id):
        raise Oneself(_("Nobody suspends themselves."))
    locks.advisory("identity.administrators", timeout_ms=5_000)
    user = _locked(user_id)
    if user.may(USE_ADMIN) and not people.other_administrators(user.pk, USE_ADMIN):
        raise LastAdministrator(_("This is the last administrator."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    _tell(StaffSuspended(user_id=user.pk, reason=reason), user, actor=actor, now=now)
    visits.end_visits(user_id=user.pk, but=None, actor=actor, now=now)
    live.revoke(user.pk)  # beside the reaction: a socket may not wait for a worker
    return user


@transaction.atomic
def reinstate_staff(*, user_id: int, actor: Actor, now: datetime) -> User:
    """Let somebody sign in again."""
    user = _locked(user_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    _tell(StaffReinstated(user_id=user.pk), user, actor=actor, now=now)
    return user


@transaction.atomic
def move_to_desk(*, user_id: int, desk_id: int | None, actor: Actor, now: datetime) -> User:
    """Let somebody work at another desk, or at none."""
    user = _locked(user_id)
    user.desk_id = desk_id
    user.save(update_fields=["desk_id"])
    _tell(DeskChanged(user_id=user.pk, desk_id=desk_id), user, actor=actor, now=now)
    live.revoke(user.pk)
    return user


@transaction.atomic
def change_preferences(
    *, user_id: int, changes: Mapping[str, str], actor: Actor, now: datetime
) -> User:
    """Change theme, density, language or time zone; NotAPreference for anything else."""
    user = _locked(user_id)
    for name, value in changes.items():
        if name not in PREFERENCES:
            raise NotAPreference(_("There is no preference %(name)s.") % {"name": name})
        setattr(user, name, value)
    others = {field.name for field in User._meta.concrete_fields} - set(changes)
    try:
        user.clean_fields(exclude=others)
    except ValidationError as error:
        raise NotAPreference(" ".join(error.messages)) from error
    user.save(update_fields=list(changes))
    told = PreferencesChanged(user_id=user.pk, fields=", ".join(sorted(changes)))
    _tell(told, user, actor=actor, now=now)
    return user


def _locked(user_id: int) -> User:
    return locks.rows(User.objects.filter(pk=user_id, kind=Kind.STAFF)).get()


def give_password(user: User, password: str | None) -> None:
    """Set a password that keeps the rules, or none; the caller saves. Raises WeakPassword."""
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise WeakPassword(" ".join(error.messages)) from error
    user.set_password(password)


def _tell(event: Event, user: User, *, actor: Actor, now: datetime) -> None:
    outbox.emit(event, actor=actor, subjects=[("user", user.pk)], now=now)
