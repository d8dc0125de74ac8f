"""Reactions: whoever loses a right, a factor or the house itself loses the open sockets too.

A browser that may still come in connects again at once, and is judged by its rights of now.
"""

from datetime import datetime

from celery import shared_task

from backoffice.core import clock, live, work
from backoffice.core.actors import Actor
from backoffice.core.work import reacts_to
from backoffice.identity import events
from backoffice.identity.actions import cleaning, letters

POST = Actor.system("post")

Touching = (
    events.StaffSuspended
    | events.RoleRevoked
    | events.DeskChanged
    | events.PasswordChanged
    | events.SecondFactorReset
    | events.SignedOut
)


@reacts_to(events.StaffSuspended)
@reacts_to(events.RoleRevoked)
@reacts_to(events.DeskChanged)
@reacts_to(events.PasswordChanged)
@reacts_to(events.SecondFactorReset)
@reacts_to(events.SignedOut)
def close_sockets(event: Touching, *, actor: Actor, now: datetime) -> None:
    """Close the sockets of the user whom the event is about."""
    live.revoke(event.user_id)


@reacts_to(events.DeviceFirstSeen)
def write_about_device(event: events.DeviceFirstSeen, *, actor: Actor, now: datetime) -> None:
    """Write to whom it is about: whoever took the password has not taken the mailbox too."""
    letters.write_about_device(
        device_id=event.device_id, visit_id=event.visit_id, actor=POST, now=now
    )


@reacts_to(events.ClientInvited)
@reacts_to(events.LinkAsked)
def write_link(
    event: events.ClientInvited | events.LinkAsked, *, actor: Actor, now: datetime
) -> None:
    """Send the link to the client's own address."""
    is_first = isinstance(event, events.ClientInvited)
    letters.write_link(
        user_id=event.user_id, number=work.cause(), is_first=is_first, actor=POST, now=now
    )


@shared_task(name="backoffice.identity.tasks.clear_old_sign_ins")
def clear_old_sign_ins() -> None:
    """Forget sessions that ran out and attempts that no lock-out needs any more."""
    cleaning.clear_old_sign_ins(now=clock.now())
