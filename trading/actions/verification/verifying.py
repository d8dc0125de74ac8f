"""Verifies one server's mirror: compares the whole book, mends it when asked, keeps the result."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Later
from trading.actions import gateways
from trading.actions.verification import comparing, mending
from trading.actions.verification.asking import Case
from trading.events import MirrorVerified
from trading.gateway.errors import GatewayError
from trading.mirror.verification.differences import Difference, Tally
from trading.mirror.verification.merging import OutOfOrder
from trading.mirror.verification.tables import ACCOUNTS, TICKETS
from trading.models import Server, Verification
from trading.states import Source, Verified

#: How long a change on the server may take to be in the mirror before it counts as a difference.
PATIENCE_SECONDS = 60
MOST_FINDINGS = 100
LONGEST_REASON = 300

log = structlog.get_logger(__name__)


class AlreadyVerifying(Conflict):
    """A verification of this server is under way."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a verification came to; `left` are the differences that stand after mending.

    `trouble` is one sentence where the server could not be compared to its end.
    """

    verification: Verification
    tally: Tally = field(default_factory=Tally)
    left: Sequence[Difference] = ()
    mended: int = 0
    trouble: str = ""
    seconds: int = 0

    @property
    def is_equal(self) -> bool:
        """Return whether the server was compared to its end and nothing differs."""
        return not (self.trouble or self.left or self.tally.uncounted)


def verify_sources(
    *,
    server_id: int,
    actor: Actor,
    now: datetime,
    only: Source | None = None,
    repair: bool = False,
    patience_seconds: int = PATIENCE_SECONDS,
) -> list[Result]:
    """Compare our copy with every source that a server has: its agent, its SQL replica, or both.

    Where both agree with our copy they agree with each other. Only the source that the mirror is
    read from mends it.
    """
    server = Server.objects.get(pk=server_id)
    clock = _Clock(now)
    return [
        verify_server(
            server_id=server_id,
            actor=actor,
            now=clock.now,
            source=source,
            repair=repair and source == server.source,
            patience_seconds=patience_seconds,
        )
        for source in ([only] if only else gateways.sources_of(server))
    ]


def verify_server(
    *,
    server_id: int,
    actor: Actor,
    now: datetime,
    source: Source | None = None,
    repair: bool = False,
    patience_seconds: int = PATIENCE_SECONDS,
) -> Result:
    """Compare a server's whole book with our copy; `repair` writes the server's word over it.

    `source` None asks where the mirror is read from. AlreadyVerifying when one is under way; a
    server that cannot be asked is an answer (`trouble`), not an error.
    """
    with locks.alone(f"verify:{server_id}") as ours:
        if not ours:
            raise AlreadyVerifying(_("This server is being compared already."))
        server = Server.objects.get(pk=server_id)
        run = _begin(server, source or Source(server.source), actor, now)
        clock = _Clock(now)
        try:
            return _verified(server, run, clock, actor, repair=repair, patience=patience_seconds)
        except (GatewayError, Later, OutOfOrder) as reason:
            return _failed(run, str(reason), clock)
        except BaseException:
            _failed(run, _("The comparison was stopped before its end."), clock)
            raise


class _Clock:
    """Tells the moment while a verification runs, from the moment at which it began."""

    def __init__(self, now: datetime) -> None:
        self._began, self._at = time.monotonic(), now

    @property
    def seconds(self) -> int:
        """Return how long it has taken."""
        return round(time.monotonic() - self._began)

    @property
    def now(self) -> datetime:
        """Return the present moment, and none ahead of it: what the mirror hears later is newer."""
        return self._at + timedelta(seconds=time.monotonic() - self._began)


def _begin(server: Server, source: Source, actor: Actor, now: datetime) -> Verification:
    """Write the run down; what a dead process left running has ended."""
    running = Verification.objects.filter(server=server, state=Verified.RUNNING)
    running.update(
        state=Verified.FAILED,
        finished_at=now,
        reason=_("The comparison was stopped before its end."),
    )
    return Verification.objects.create(
        server=server, source=source, run_by=str(actor), started_at=now
    )


def _verified(
    server: Server,
    run: Verification,
    clock: _Clock,
    actor: Actor,
    *,
    repair: bool,
    patience: int,
) -> Result:
    gateway = gateways.gateway_of(server, Source(run.source))
    case = Case(gateway=gateway, server_id=server.pk, now=run.started_at)
    tally, book = comparing.compare(case, patience_seconds=patience)
    left: Sequence[Difference] = tally.found
    if repair and left:
        mending.mend(case, left, actor=actor, now=clock.now)
        left = comparing.again(case, book, left)
    result = Result(
        verification=run,
        tally=tally,
        left=left,
        mended=len(tally.found) - len(left),
        seconds=clock.seconds,
    )
    _finish(server, result, actor, clock.now)
    return result


def _finish(server: Server, result: Result, actor: Actor, now: datetime) -> None:
    """Keep the result, and announce it."""
    run, tally, left, mended = result.verification, result.tally, result.left, result.mended
    standing = len(left) + tally.uncounted
    with transaction.atomic():
        run.state = Verified.DIFFERENT if standing else Verified.EQUAL
        run.finished_at = now
        run.accounts = tally.theirs[ACCOUNTS.name]
        run.tickets = sum(tally.theirs[table.name] for table in TICKETS)
        run.kept, run.differences, run.mended = tally.kept.total(), standing, mended
        run.findings = [_finding(one) for one in left[:MOST_FINDINGS]]
        run.save()
        outbox.emit(
            MirrorVerified(
                verification_id=run.pk, server=server.name, differences=standing, mended=mended
            ),
            actor=actor,
            subjects=[("server", server.pk)],
            now=now,
        )


def _finding(one: Difference) -> dict[str, object]:
    fields = [change.field for change in one.changes]
    return {"kind": one.kind.value, "table": one.table, "key": one.key, "fields": fields}


def _failed(run: Verification, reason: str, clock: _Clock) -> Result:
    reason = " ".join(reason.split())[:LONGEST_REASON]
    run.state, run.reason, run.finished_at = Verified.FAILED, reason, clock.now
    run.save(update_fields=["state", "reason", "finished_at"])
    log.warning("mirror_not_verified", server=run.server.code, reason=reason)
    return Result(verification=run, trouble=reason)
