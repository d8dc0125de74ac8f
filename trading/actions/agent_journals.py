"""What happens after an agent's journal was lost: settle by search, then two people let it send."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Later, Rejected
from trading.actions.gateways import gateway_of
from trading.events import JournalConfirmed
from trading.gateway.errors import BadMessage, GatewayError
from trading.models import BalanceAttempt, BalanceOperation, SendingTerms, Server
from trading.states import Operation

UNDER_WAY = (Operation.SENDING, Operation.UNCERTAIN)


class StillUnderWay(Conflict):
    """Operations whose fate only the lost journal knew are not settled yet."""


class NotTwoPeople(Rejected):
    """A journal is confirmed by two different people."""


def confirm_journal(*, code: str, by: str, second: str, actor: Actor, now: datetime) -> str:
    """Let a server's agent send again although its journal is new; return the journal's id.

    Refused while any operation of the server is on its way or uncertain: first each is found, or
    handed to a person. Refused too while the deadline of any attempt still runs: a command that is
    delivered a second time would pass a journal that never saw it. Call it with no transaction
    open. Later, when the agent does not answer.
    """
    by, second = by.strip(), second.strip()
    if not by or not second or by == second:
        raise NotTwoPeople(_("Two different people confirm a journal; name both."))
    server = Server.objects.filter(code=code).first()
    if server is None:
        raise Rejected(_("There is no server %(code)s.") % {"code": code})
    _require_settled(server, now)
    gateway = gateway_of(server)
    try:
        journal_id = gateway.server_info().journal_id
        gateway.confirm_journal(journal_id=journal_id, by=by, second=second)
    except BadMessage as wrong:
        raise Rejected(str(wrong)) from wrong
    except GatewayError as silence:
        raise Later(str(silence)) from silence
    with transaction.atomic():
        outbox.emit(
            JournalConfirmed(
                server_id=server.pk, code=server.code, journal_id=journal_id, by=by, second=second
            ),
            actor=actor,
            subjects=[("server", server.pk)],
            now=now,
        )
    return journal_id


def _require_settled(server: Server, now: datetime) -> None:
    waiting = BalanceOperation.objects.filter(account__server=server, state__in=UNDER_WAY).count()
    if waiting:
        sentence = _(
            "%(count)s operations of %(server)s are on their way or uncertain: settle them first."
        )
        raise StillUnderWay(sentence % {"count": waiting, "server": server.code})
    terms: SendingTerms | None = getattr(server, "sending_terms", None)
    skew = timedelta(milliseconds=terms.clock_skew_ms if terms is not None else 0)
    attempts = BalanceAttempt.objects.filter(operation__account__server=server)
    if attempts.filter(deadline_at__gte=now - skew).exists():
        sentence = _("A command to %(server)s may still be in time: try again in a minute.")
        raise StillUnderWay(sentence % {"server": server.code})
