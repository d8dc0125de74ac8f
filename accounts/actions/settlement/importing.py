"""A provider's settlement file: kept as it came, shown, then taken into the books once, or dropped.

What cannot be read or does not add up is refused with one sentence, and nothing is booked. What is
taken becomes lines, entries for fees and reserve, and cases, in one transaction.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.settlement import comparing, steps
from accounts.calc.settlement.statement import LARGEST, NOTHING, BadSettlement
from accounts.events import SettlementJudged, SettlementKept
from accounts.models import PaymentMethod, SettlementFile, SettlementLine
from accounts.permissions import IMPORT_STATEMENTS
from accounts.queries.settlement import files
from accounts.queries.settlement.files import Planned
from accounts.states import LedgerKind
from accounts.terms.settlement import FileState
from backoffice.core import locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected

LONGEST = 400


class TooLarge(Rejected):
    """The file is larger than any settlement is, or empty: it is not even kept."""


class NotPossible(Conflict):
    """The file was judged before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it was handed in, and the payment method whose merchant account it settles."""

    method_id: int
    name: str
    body: bytes


@transaction.atomic
def keep_file(*, upload: Upload, actor: Actor, now: datetime) -> SettlementFile:
    """Keep a file and read it; refused with its sentence, or WAITING for somebody's look.

    Raises NotAllowed, TooLarge.
    """
    method = PaymentMethod.objects.get(pk=upload.method_id)
    steps.require_right(actor, IMPORT_STATEMENTS, method)
    if not 0 < len(upload.body) <= LARGEST:
        sentence = _("A settlement is a file of at most %(most)s MB, and not empty.")
        raise TooLarge(sentence % {"most": LARGEST // 2**20})
    steps.lock(method.pk)
    file = SettlementFile(
        method=method,
        name=upload.name.strip()[:120] or "?",
        body=upload.body,
        digest=hashlib.sha256(upload.body).hexdigest(),
        kept_by=str(actor),
        kept_at=now,
    )
    try:
        settlement = files.settlement_of(file, now)
        file.number, file.lines, file.net = settlement.number, len(settlement.lines), settlement.net
        file.since, file.until = settlement.since, settlement.until
    except BadSettlement as no:
        file.state, file.judged_by, file.judged_at = FileState.REFUSED, str(actor), now
        file.words = _(no.sentence).format_map(no.facts)[:LONGEST]
    file.save()
    event = SettlementKept(
        file_id=file.pk, method_id=method.pk, size=len(upload.body), digest=file.digest
    )
    steps.emit(file, event, actor=actor, now=now)
    if file.state == FileState.REFUSED:
        _tell(file, actor, now)
    return file


@transaction.atomic
def take_file(*, file_id: int, actor: Actor, now: datetime) -> SettlementFile:
    """Take a file that was looked at into the books. Raises NotAllowed, NotPossible.

    What became impossible since it was kept (another import was faster) refuses it.
    """
    file = _locked(file_id, actor)
    try:
        settlement = files.settlement_of(file, now)
    except BadSettlement as no:
        file.state = FileState.REFUSED
        file.words = _(no.sentence).format_map(no.facts)[:LONGEST]
        return _judged(file, actor, now)
    plan = list(files.planned(file.method, settlement))
    _book(file, plan, actor, now)
    file.state = FileState.TAKEN
    _judged(file, actor, now)
    SettlementLine.objects.bulk_create([_row(file, one) for one in plan], batch_size=1000)
    comparing.compare_method(
        method_id=file.method_id,
        references={line.reference for line in settlement.lines},
        actor=actor,
        now=now,
    )
    return file


@transaction.atomic
def drop_file(*, file_id: int, actor: Actor, now: datetime) -> SettlementFile:
    """Put a file aside that was only looked at: nothing is booked. Raises as `take_file`."""
    file = _locked(file_id, actor)
    file.state = FileState.DROPPED
    return _judged(file, actor, now)


def _book(file: SettlementFile, plan: list[Planned], actor: Actor, now: datetime) -> None:
    """Move fees and reserve of all lines in one entry; what they are of is on each line."""
    fee = sum((one.fee for one in plan), NOTHING)
    reserve = sum((one.reserve for one in plan), NOTHING)
    if fee or reserve:
        others = [(LedgerKind.PROVIDER_FEES, fee), (LedgerKind.PROVIDER_RESERVE, reserve)]
        name = f"settlement:{file.method_id}:{file.number}"
        file.entry = steps.post(name, file.method, -fee - reserve, others, actor=actor, now=now)


def _row(file: SettlementFile, planned: Planned) -> SettlementLine:
    line = planned.line
    return SettlementLine(
        file=file,
        method=file.method,
        number=line.number,
        kind=line.kind,
        reference=line.reference,
        about=line.about,
        at=line.at,
        currency=file.method.currency,
        amount=line.amount,
        fee=line.fee,
        reserve=line.reserve,
        booked=NOTHING - planned.fee - planned.reserve,
    )


def _locked(file_id: int, actor: Actor) -> SettlementFile:
    file = SettlementFile.objects.select_related("method").get(pk=file_id)
    steps.require_right(actor, IMPORT_STATEMENTS, file.method)
    steps.lock(file.method_id)
    file = locks.rows(SettlementFile.objects.select_related("method").filter(pk=file_id)).get()
    if file.state != FileState.WAITING:
        sentence = _("%(file)s is %(state)s by now.")
        raise NotPossible(sentence % {"file": file, "state": file.get_state_display()})
    return file


def _judged(file: SettlementFile, actor: Actor, now: datetime) -> SettlementFile:
    file.judged_by, file.judged_at = str(actor), now
    file.save(update_fields=["state", "words", "entry", "judged_by", "judged_at"])
    _tell(file, actor, now)
    return file


def _tell(file: SettlementFile, actor: Actor, now: datetime) -> None:
    event = SettlementJudged(
        file_id=file.pk,
        method_id=file.method_id,
        number=file.number or file.name,
        outcome=str(file.state),
        lines=file.lines,
        words=file.words,
    )
    steps.emit(file, event, actor=actor, now=now)
