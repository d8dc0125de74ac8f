"""How long things take on a server: measured, then set; before that no money is sent there."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from trading.events import SendingTermsSet
from trading.models import SendingTerms, Server

SHORTEST_DEADLINE_MS = 1000
LONGEST_MS = 3_600_000


class BadTerms(Rejected):
    """A time cannot be right; the sentence says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The four times, in milliseconds; what each means: `SendingTerms`."""

    deadline_ms: int
    transport_delay_ms: int
    clock_skew_ms: int
    visibility_lag_ms: int


def set_sending_terms(*, server_id: int, terms: Terms, actor: Actor, now: datetime) -> SendingTerms:
    """Set how long things take on a server; the same terms again change nothing."""
    _check(terms)
    with transaction.atomic():
        server = Server.objects.select_for_update(no_key=True).get(pk=server_id)
        known = SendingTerms.objects.filter(server=server).first()
        if known is not None and _terms_of(known) == terms:
            return known
        row = SendingTerms(server=server, set_by=str(actor), set_at=now, **asdict(terms))
        row.save(force_insert=known is None)
        outbox.emit(
            SendingTermsSet(server_id=server.pk, server=server.name, **asdict(terms)),
            actor=actor,
            subjects=[("server", server.pk)],
            now=now,
        )
    return row


def _terms_of(row: SendingTerms) -> Terms:
    return Terms(
        deadline_ms=row.deadline_ms,
        transport_delay_ms=row.transport_delay_ms,
        clock_skew_ms=row.clock_skew_ms,
        visibility_lag_ms=row.visibility_lag_ms,
    )


def _check(terms: Terms) -> None:
    if terms.deadline_ms < SHORTEST_DEADLINE_MS:
        raise BadTerms(_("An attempt needs at least a second to leave us."))
    for name, value in asdict(terms).items():
        if not 0 <= value <= LONGEST_MS:
            sentence = _("%(name)s is between 0 and an hour, not %(value)s ms.")
            raise BadTerms(sentence % {"name": name, "value": value})
