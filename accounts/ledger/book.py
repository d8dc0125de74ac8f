"""The one writer of the books: post, reserve, settle, void, reverse.

Each verb runs in the caller's transaction and writes one entry. Its `key` makes it happen once: the
same key with the same content is answered with the entry that stands, with other content it is a
Conflict. PostgreSQL proves at commit what is promised here (migration 0003).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Entry, LedgerAccount, Posting
from accounts.states import Entering, Phase
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, NoTransaction, Rejected


class NotCovered(Rejected):
    """A reservation asked for more than is available."""


class AlreadyResolved(Conflict):
    """The reservation was settled or voided before, or the entry was reversed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line to write: a positive amount is a debit, a negative one a credit."""

    account: LedgerAccount
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What every entry tells of itself: its key, why, what it belongs to, who and when.

    `reference` names the business object, for example `payment:42`.
    """

    key: UUID
    purpose: str
    reference: str
    actor: Actor
    now: datetime


def post(*, act: Act, lines: Sequence[Line]) -> Entry:
    """Write lines that count at once."""
    return _write(act, Entering.POST, [(line, Phase.POSTED) for line in lines])


def reserve(*, act: Act, lines: Sequence[Line]) -> Entry:
    """Set money aside; NotCovered when a client's account has less available than is asked."""
    return _write(act, Entering.RESERVE, [(line, Phase.PENDING) for line in lines])


def settle(*, act: Act, reservation: Entry) -> Entry:
    """Turn a reservation into posted lines; AlreadyResolved when it was settled or voided."""
    held = _lines_of(reservation, Phase.PENDING)
    lines = [(_turned(line), Phase.PENDING) for line in held]
    lines += [(line, Phase.POSTED) for line in held]
    return _write(act, Entering.SETTLE, lines, of=reservation)


def void(*, act: Act, reservation: Entry) -> Entry:
    """Release a reservation unused; AlreadyResolved when it was settled or voided."""
    held = _lines_of(reservation, Phase.PENDING)
    lines = [(_turned(line), Phase.PENDING) for line in held]
    return _write(act, Entering.VOID, lines, of=reservation)


def reverse(*, act: Act, entry: Entry) -> Entry:
    """Write the opposite of what an entry posted; AlreadyResolved when it was reversed before."""
    posted = _lines_of(entry, Phase.POSTED)
    lines = [(_turned(line), Phase.POSTED) for line in posted]
    return _write(act, Entering.REVERSE, lines, of=entry)


def require_hold(*, reservation: Entry) -> None:
    """Raise AlreadyResolved unless the reservation still stands."""
    if Entry.objects.filter(of=reservation, act__in=(Entering.SETTLE, Entering.VOID)).exists():
        raise AlreadyResolved(_("This reservation was settled or released before."))


def _turned(line: Line) -> Line:
    return Line(account=line.account, amount=-line.amount)


def _lines_of(entry: Entry, phase: Phase) -> list[Line]:
    rows = entry.postings.filter(phase=phase).select_related("account")
    return [Line(account=row.account, amount=row.amount) for row in rows]


def _write(
    act: Act, verb: Entering, lines: list[tuple[Line, Phase]], *, of: Entry | None = None
) -> Entry:
    if not connection.in_atomic_block:
        raise NoTransaction(
            "The books are written with the change they tell of: open a transaction"
        )
    known = Entry.objects.filter(key=act.key).first()
    if known is not None:
        return _same(known, act, verb, lines, of)
    try:
        with transaction.atomic():
            return _insert(act, verb, lines, of)
    except IntegrityError as error:
        raise _explained(error) from error


def _insert(act: Act, verb: Entering, lines: list[tuple[Line, Phase]], of: Entry | None) -> Entry:
    entry = Entry.objects.create(
        key=act.key,
        act=verb,
        of=of,
        purpose=act.purpose,
        reference=act.reference,
        actor=str(act.actor),
        occurred_at=act.now,
        lines=len(lines),
    )
    # In account order: entries that touch the same accounts queue, and never wait in a circle.
    ordered = sorted(lines, key=lambda pair: (pair[0].account.pk, pair[1]))
    Posting.objects.bulk_create(
        Posting(
            entry=entry,
            account=line.account,
            phase=phase,
            amount=line.amount,
            currency=line.account.currency,
        )
        for line, phase in ordered
    )
    return entry


def _same(
    known: Entry, act: Act, verb: Entering, lines: list[tuple[Line, Phase]], of: Entry | None
) -> Entry:
    written = {(row.account_id, row.phase, row.amount) for row in known.postings.all()}
    asked = {(line.account.pk, str(phase), line.amount) for line, phase in lines}
    said = (known.act, known.of_id, known.purpose, known.reference)
    if said != (verb, of.pk if of else None, act.purpose, act.reference) or written != asked:
        raise Conflict(_("This key was used for another entry."))
    return known


def _explained(error: IntegrityError) -> Exception:
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", "") or ""
    if constraint == "accounts_ledger_covered":
        return NotCovered(_("There is less available than this takes."))
    if constraint in ("accounts_entry_resolved_once", "accounts_entry_reversed_once"):
        return AlreadyResolved(_("This was settled, released or reversed before."))
    if constraint == "accounts_entry_key_key":
        return Conflict(_("The same entry is being written by someone else."))
    return error
