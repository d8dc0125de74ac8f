"""Forgetting a person: the client's own data is cleared, and what the audit log keeps sealed goes.

What must be kept by law (payments, the mirror of MetaTrader) has its own terms and is not touched.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit.actions import erasure
from backoffice.core import outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.machines.actions import answers
from crm.events import ClientForgotten
from crm.models import Client, ClientLetter
from crm.states import ClientStatus

ENDED = (ClientStatus.LEAD, ClientStatus.CLOSED)
FORGOTTEN = "—"
CLEARED = {"email": "", "phone": "", "city": "", "source": "", "language": "", "timezone": ""}


class StillAClient(Rejected):
    """Only a lead, or a client who was closed, can be forgotten."""


@transaction.atomic
def forget_client(*, client_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """Clear a person's data and erase its seals; return how many seals. It cannot be undone.

    StillAClient for a living client; Rejected without a reason.
    """
    client = Client.objects.select_for_update().get(pk=client_id)
    if client.status not in ENDED:
        raise StillAClient(_("Close the client first: who is served cannot be forgotten."))
    client.full_name = f"#{client.number}"
    client.tags = []
    for name, value in CLEARED.items():
        setattr(client, name, value)
    client.save(update_fields=["full_name", "tags", *CLEARED])
    ClientLetter.objects.filter(client=client).update(subject=FORGOTTEN, body=FORGOTTEN, address="")
    answers.forget(client=client.pk, number=client.number)
    outbox.emit(
        ClientForgotten(client_id=client.pk, number=client.number),
        actor=actor,
        subjects=[("client", client.pk)],
        now=now,
    )
    return erasure.erase_subject(kind="client", key=client_id, reason=reason, actor=actor, now=now)
