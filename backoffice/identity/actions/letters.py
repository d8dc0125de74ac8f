"""Letters to the staff about their own sign-in."""

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
from backoffice.identity.events import DeviceLetterSent
from backoffice.identity.models import KnownDevice, Visit


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


def _letter(device: KnownDevice, visit: Visit) -> EmailMessage:
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
