"""The one writer of the books: post, reserve, settle, void, reverse.

Each verb runs in the caller's transaction and writes one entry. Its `key` makes it happen once: the
same key with the same content is answered with the entry that stands, with other content it is a
Conflict. PostgreSQL proves at commit what is promised here (migration 0003). Where it says no at
once (NotCovered, AlreadyResolved), the caller's transaction is over: it can only be rolled back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from accounts.models import Entry, LedgerAccount, Posting
from accounts.states import Entering, Phase
from backoffice.core import compiled
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.core.errors import Conflict, NoTransaction, Rejected

RESOLVED = Question(
    lambda of: Entry.objects.filter(of_id=of, act__in=(Entering.SETTLE, Entering.VOID)), int
)
LINES = Question(
    lambda entry, phase: Posting.objects.filter(entry_id=entry, phase=phase).select_related(
        "account"
    ),
    int,
    str,
)
TOLD = ("key", "act", "of_id", "purpose", "reference", "actor", "occurred_at", "lines")
WRITE = """
WITH entry AS (
    INSERT INTO accounts_entry (key, act, of_id, purpose, reference, actor, occurred_at, lines)
    VALUES (%(key)s, %(act)s, %(of_id)s, %(purpose)s, %(reference)s, %(actor)s, %(occurred_at)s,
            %(lines)s)
    ON CONFLICT (key) DO NOTHING RETURNING id
), written AS (
    INSERT INTO accounts_posting (entry_id, account_id, phase, amount, currency)
    SELECT entry.id, line.account, line.phase, line.amount, line.currency
    FROM entry, unnest(%(accounts)s::bigint[], %(phases)s::text[], %(amounts)s::numeric[],
                       %(currencies)s::text[])
                WITH ORDINALITY AS line (account, phase, amount, currency, place)
    ORDER BY line.place
)
SELECT id FROM entry
"""


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
    if RESOLVED.first(reservation.pk) is not None:
        raise AlreadyResolved(_("This reservation was settled or released before."))


def _turned(line: Line) -> Line:
    return Line(account=line.account, amount=-line.amount)


def _lines_of(entry: Entry, phase: Phase) -> list[Line]:
    return [Line(account=row.account, amount=row.amount) for row in LINES.all(entry.pk, phase)]


def _write(
    act: Act, verb: Entering, lines: list[tuple[Line, Phase]], *, of: Entry | None = None
) -> Entry:
    if not connection.in_atomic_block:
        raise NoTransaction(
            "The books are written with the change they tell of: open a transaction"
        )
    try:
        entry = _insert(act, verb, lines, of)
    except IntegrityError as error:
        raise _explained(error) from error
    if entry is None:
        return _same(Entry.objects.get(key=act.key), act, verb, lines, of)
    return entry


def _insert(
    act: Act, verb: Entering, lines: list[tuple[Line, Phase]], of: Entry | None
) -> Entry | None:
    """Write the entry and its lines in one statement; None when the key was used before."""
    # In account order: entries that touch the same accounts queue, and never wait in a circle.
    ordered = sorted(lines, key=lambda pair: (pair[0].account.pk, pair[1]))
    entry = Entry(
        key=act.key,
        act=str(verb),
        of=of,
        purpose=act.purpose,
        reference=act.reference,
        actor=str(act.actor),
        occurred_at=act.now,
        lines=len(lines),
    )
    told = {
        **{name: getattr(entry, name) for name in TOLD},
        "accounts": [line.account.pk for line, _ in ordered],
        "phases": [str(phase) for _, phase in ordered],
        "amounts": [line.amount for line, _ in ordered],
        "currencies": [line.account.currency for line, _ in ordered],
    }
    row = compiled.ask_one(WRITE, told)
    if row is None:
        return None
    (entry.pk,) = row
    entry._state.adding = False
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
    return error
