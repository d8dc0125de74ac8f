"""Carries a running file out, line by line: each becomes an adjustment, once, and that is sent.

PostgreSQL holds the work list; whoever dies leaves lines that wait, and an adjustment that its own
sweep carries on. A line's key is its adjustment's: nothing is made twice. One carries at a time,
under a lease; what an adjustment comes to, it says itself (`adjusting`).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.actions.adjusting import asking, carrying
from accounts.actions.bulk import steering, steps
from accounts.events import BulkClosed, BulkRowRefused, BulkWaits
from accounts.models import Adjustment, BulkFile, BulkRow
from accounts.queries.bulk import lines
from accounts.terms.adjustments import Adjustment as State
from accounts.terms.adjustments import AdjustmentKind, Cause
from accounts.terms.bulk import BULK_LINE, PURPOSE_LABELS, Bulk, BulkLine, Purpose
from backoffice.approvals.actions.refusals import OverAlready
from backoffice.core import compiled, locks
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.core.errors import Rejected
from trading.queries import by_login, money
from trading.queries.money import Standing

#: Whoever carries renews it with each line; one who died leaves it to run out.
LEASE = timedelta(seconds=30)
AGAIN = timedelta(seconds=5)
LEASED = ("carried_by", "carried_until", "next_try_at")

HELD = Question(
    lambda number: locks.rows(
        BulkFile.objects.defer("body").select_related("approval").filter(pk=number)
    ),
    int,
)
FRESH = Question(
    lambda number: BulkRow.objects.filter(
        file_id=number, state=BulkLine.WAITING, next_try_at__isnull=True
    ).order_by("number")[:1],
    int,
)
MADE = Question(lambda number: Adjustment.objects.filter(pk=number), int)


def carry_next(*, file_id: int, carrier: UUID, actor: Actor, now: datetime) -> bool:
    """Carry out the next line of a running file; return whether there may be more to do now.

    False as well when it is paused, waits, is over, or is carried by somebody else. Call it with no
    transaction open.
    """
    try:
        adjustment_id, goes_on = _next(file_id, carrier, actor, now)
    except OverAlready as fallen:
        _pause(file_id, str(fallen), actor, now)
        return False
    if adjustment_id is None:
        return goes_on
    carrying.carry_adjustment(adjustment_id=adjustment_id, actor=actor, now=now)
    return not _stuck(file_id, adjustment_id, actor, now)


@transaction.atomic
def let_go(*, file_id: int, carrier: UUID, actor: Actor, now: datetime) -> None:
    """Give the lease back at the end of a turn, if it is still one's own. Tells nothing."""
    mine = BulkFile.objects.filter(pk=file_id, carried_by=carrier)
    mine.update(carried_by=None, carried_until=None)


@transaction.atomic(durable=True)
def _next(file_id: int, carrier: UUID, actor: Actor, now: datetime) -> tuple[int | None, bool]:
    """Make the next line an adjustment; return it, and whether to go on where there is none."""
    file = _held(file_id, carrier, now)
    if file is None:
        return None, False
    if file.waits_because and _waits_still(file, now):
        return None, False
    row = _due(file, now)
    if row is None:
        _rest(file, actor, now)
        return None, False
    adjustment = _made(file, row, actor, now)
    return (None, True) if adjustment is None else (adjustment.pk, True)


def _held(file_id: int, carrier: UUID, now: datetime) -> BulkFile | None:
    """Take or renew the lease of a running file; None when it is not ours to carry now."""
    file = HELD.one(file_id)
    is_free = file.carried_until is None or file.carried_until <= now
    if file.state != Bulk.RUNNING or not (is_free or file.carried_by == carrier):
        return None
    if file.next_try_at is not None and file.next_try_at > now:
        return None
    file.carried_by, file.carried_until, file.next_try_at = carrier, now + LEASE, None
    compiled.change(file, *LEASED)
    return file


def _due(file: BulkFile, now: datetime) -> BulkRow | None:
    if fresh := FRESH.first(file.pk):
        return fresh
    put_off = BulkRow.objects.filter(file=file, state=BulkLine.WAITING, next_try_at__lte=now)
    return put_off.order_by("number").first()


def _made(file: BulkFile, row: BulkRow, actor: Actor, now: datetime) -> Adjustment | None:
    """Make a line its adjustment, approved by the file's approval; None: refused, or put off."""
    if lines.open_on(row.account_id or 0, but=row.pk):
        row.next_try_at = now + AGAIN  # one operation at a time on one account
        row.save(update_fields=["next_try_at"])
        return None
    try:
        with transaction.atomic():
            market = _looked_at(row)
            asker = Actor.parse(file.approval.asked_by)  # type: ignore[union-attr]
            adjustment = asking.write_adjustment(
                wish=_wish(file, row),
                approval_id=file.approval_id,
                account=market.money,
                actor=asker,
                now=now,
            )
            carrying.approve_adjustment(adjustment, actor=actor, market=market, now=now)
    except OverAlready:
        raise
    except Rejected as no:
        _refuse(file, row, str(no), actor=actor, now=now)
        return None
    row.state = BULK_LINE.after(row.state, "make")
    row.adjustment, row.next_try_at = adjustment, None
    compiled.change(row, "state", "adjustment", "next_try_at")
    return adjustment


def _looked_at(row: BulkRow) -> Standing:
    """Lock the account's money and return how it stands; what else, adjusting looks at.

    BadRequest where the account changed hands, or a negative balance is none any more.
    """
    account_id = row.account_id or 0
    chart.lock_money(account_id)
    market = money.standing_of(account_id)
    if market is None or market.money.client_id != row.client_id:
        raise asking.BadRequest(_("The account is another client's by now."))
    if row.purpose == Purpose.NEGATIVE_BALANCE:
        above = market.money.balance + row.amount > 0
        if above or by_login.holds_positions(account_id):
            sentence = _("It would bring the balance above zero, or a position is open.")
            raise asking.BadRequest(sentence)
    return market


def _wish(file: BulkFile, row: BulkRow) -> asking.Wish:
    kind = AdjustmentKind.CORRECTION
    if row.is_credit:
        kind = AdjustmentKind.CREDIT_IN if row.amount > 0 else AdjustmentKind.CREDIT_OUT
    label = _(PURPOSE_LABELS[row.purpose])
    return asking.Wish(
        key=row.key,
        kind=kind,
        account_id=row.account_id or 0,
        cause=Cause(str(row.purpose)),
        reason=f"{file}.{row.number} · {row.comment or label}",
        amount=row.amount,
        ends_at=row.expires_at,
    )


def _refuse(file: BulkFile, row: BulkRow, reason: str, *, actor: Actor, now: datetime) -> None:
    row.state = BULK_LINE.after(row.state, "refuse")
    row.words, row.next_try_at = reason[: steps.LONGEST], None
    row.save(update_fields=["state", "words", "next_try_at"])
    event = BulkRowRefused(file_id=file.pk, number=row.number, reason=row.words)
    steps.emit(file, event, actor=actor, now=now)


def _rest(file: BulkFile, actor: Actor, now: datetime) -> None:
    """No line is due: finish the file where nothing can move any more, else look again later."""
    file.carried_by = file.carried_until = None
    if not lines.is_over(file.pk):
        file.next_try_at = now + AGAIN
        compiled.change(file, *LEASED)
        return
    steps.move(file, "finish")
    file.closed_at, file.waits_because = now, ""
    file.save(update_fields=["state", "closed_at", "waits_because", "carried_by", "carried_until"])
    event = BulkClosed(file_id=file.pk, outcome=str(file.state), reason="")
    steps.emit(file, event, actor=actor, now=now)


def _waits_still(file: BulkFile, now: datetime) -> bool:
    """Say whether what was made and could not be sent is still here; else the file goes on."""
    waiting = ~Q(adjustment__waits_because="") & Q(adjustment__next_try_at__isnull=False)
    made = BulkRow.objects.filter(file=file, state=BulkLine.MADE)
    if made.filter(waiting, adjustment__state=State.APPROVED).exists():
        file.carried_by = file.carried_until = None
        file.next_try_at = now + AGAIN
        compiled.change(file, *LEASED)
        return True
    file.waits_because = ""
    file.save(update_fields=["waits_because"])
    return False


@transaction.atomic
def _stuck(file_id: int, adjustment_id: int, actor: Actor, now: datetime) -> bool:
    """Let the file wait where MetaTrader could not be reached; the same reason is told once."""
    told = MADE.one(adjustment_id)
    if told.state != State.APPROVED or not told.waits_because or told.next_try_at is None:
        return False
    file = steps.locked(file_id)
    if file.state != Bulk.RUNNING:
        return True
    is_news = file.waits_because != told.waits_because
    file.waits_because, file.next_try_at = told.waits_because, now + AGAIN
    file.carried_by = file.carried_until = None
    file.save(update_fields=["waits_because", "next_try_at", "carried_by", "carried_until"])
    if is_news:
        event = BulkWaits(file_id=file.pk, reason=file.waits_because)
        steps.emit(file, event, actor=actor, now=now)
    return True


@transaction.atomic
def _pause(file_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """The approval does not stand any more: people have to look."""
    file = steps.locked(file_id)
    if file.state == Bulk.RUNNING:
        steering.paused(file, reason, actor=actor, now=now)
