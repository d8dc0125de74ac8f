"""Letters to people about their own sign-in: staff, and clients of the personal area."""

from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from backoffice.core import idempotency, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from backoffice.core.words import noop
from backoffice.identity.events import DeviceLetterSent, LinkSent
from backoffice.identity.models import KnownDevice, User, Visit
from backoffice.identity.queries import links
from backoffice.identity.states import Kind

FIRST_LINK = noop(
    "Dear %(name)s,\n\nYour personal area is ready: deposits, withdrawals, and where they stand."
    " Choose your password here; the link works once, for two days:\n\n%(link)s"
)
NEXT_LINK = noop(
    "Dear %(name)s,\n\nSomebody asked for a new password of your personal area. If that was you,"
    " choose it here; the link works once, for two days:\n\n%(link)s\n\nIf not, do nothing: your"
    " password stays as it is."
)


@transaction.atomic
def write_about_device(*, device_id: int, visit_id: int, actor: Actor, now: datetime) -> None:
    """Write to somebody, once, that they signed in from a new device; not about their first.

    Later when the mail server takes nothing now.
    """
    device = KnownDevice.objects.select_related("user").get(pk=device_id)
    visit = Visit.objects.get(pk=visit_id)
    if device.recognised_at is not None or not idempotency.once(f"letter.device:{device_id}"):
        return
    try:
        _letter(device, visit).send()
    except (SMTPException, OSError) as silence:
        raise Later(_("The mail server takes no letter now.")) from silence
    told = DeviceLetterSent(user_id=device.user_id, device_id=device_id)
    outbox.emit(told, actor=actor, subjects=[("user", device.user_id)], now=now)


@transaction.atomic
def write_link(*, user_id: int, number: int, is_first: bool, actor: Actor, now: datetime) -> None:
    """Send a client the link by which they set a password; `number` is that of the event.

    The link is in the letter and nowhere else. Later when the mail server takes nothing now.
    """
    user = User.objects.get(pk=user_id)
    if not user.is_active or not idempotency.once(f"letter.link:{number}"):
        return
    told = {"name": user.full_name, "link": links.link_for(user)}
    with translation.override(user.language):
        subject = _("Your personal area") if is_first else _("A new password")
        body = _(FIRST_LINK if is_first else NEXT_LINK)
    try:
        EmailMessage(subject, body % told, to=[user.email]).send()
    except (SMTPException, OSError) as silence:
        raise Later(_("The mail server takes no letter now.")) from silence
    outbox.emit(LinkSent(user_id=user_id), actor=actor, subjects=[("user", user_id)], now=now)


def _letter(device: KnownDevice, visit: Visit) -> EmailMessage:
    if device.user.kind == Kind.CLIENT:
        return _to_client(device, visit)
    told = {
        "device": device.name,
        "address": visit.address,
        "at": f"{visit.started_at:%Y-%m-%d %H:%M} UTC",
        "page": f"{settings.SITE_URL}/my-sign-in/",
    }
    with translation.override(device.user.language):
        subject = _("A sign-in from a new device")
        body = _(
            "Somebody signed in to the back office as you from a browser that we had not seen"
            " before:\n\n%(device)s, from %(address)s, %(at)s\n\nIf that was you, there is"
            " nothing to do. If not, end that session at once on %(page)s, change your password,"
            " and tell an administrator."
        )
    return EmailMessage(subject, body % told, to=[device.user.email])


def _to_client(device: KnownDevice, visit: Visit) -> EmailMessage:
    told = {
        "device": device.name,
        "address": visit.address,
        "at": f"{visit.started_at:%Y-%m-%d %H:%M} UTC",
        "page": f"{settings.SITE_URL}{settings.PORTAL_PATH}forgotten/",
    }
    with translation.override(device.user.language):
        subject = _("A sign-in from a new device")
        body = _(
            "Somebody signed in to your personal area from a browser that we had not seen"
            " before:\n\n%(device)s, from %(address)s, %(at)s\n\nIf that was you, there is"
            " nothing to do. If not, choose a new password at once, which ends every session, and"
            " tell us: %(page)s"
        )
    return EmailMessage(subject, body % told, to=[device.user.email])
