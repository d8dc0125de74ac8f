"""A bank's statement file: kept as it came, judged whole, taken into the books once or refused.

A refusal posts nothing and says one sentence. A file that is taken becomes statements, rows and
entries in one transaction; a row that is known already stays as it is.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.bank import steps
from accounts.calc.bank import chain, reading, reference
from accounts.calc.bank.chain import Known
from accounts.calc.bank.statement import BadStatement, Row, Statement, account_key
from accounts.calc.requisites import key_of
from accounts.events import BankFileJudged, BankFileKept
from accounts.ledger import book
from accounts.models import BankAccount, BankFile, BankRow, BankStatement
from accounts.models.bank import LARGEST
from accounts.permissions import IMPORT_STATEMENTS
from accounts.states import LedgerKind
from accounts.terms import FileOutcome
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.core.words import noop

BUSY_MS = 20_000
LONGEST = 400


class TooLarge(Rejected):
    """The file is larger than any statement is, or empty: it is not even kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it was handed in, and the bank account that it is said to be of."""

    bank_account_id: int
    name: str
    body: bytes


def take_file(*, upload: Upload, actor: Actor, now: datetime) -> BankFile:
    """Keep a file and judge it; return it with what became of it. Raises NotAllowed, TooLarge.

    A death between the two leaves a file that is kept and not judged: the work list judges it.
    """
    kept = keep_file(upload=upload, actor=actor, now=now)
    return judge_file(file_id=kept.pk, actor=actor, now=now)


@transaction.atomic
def keep_file(*, upload: Upload, actor: Actor, now: datetime) -> BankFile:
    """Keep a file as it came. Raises NotAllowed, TooLarge."""
    account = BankAccount.objects.get(pk=upload.bank_account_id)
    if actor.kind != "system":
        steps.require_right(actor, IMPORT_STATEMENTS, account)
    if not 0 < len(upload.body) <= LARGEST:
        sentence = _("A statement is a file of at most %(most)s MB, and not empty.")
        raise TooLarge(sentence % {"most": LARGEST // 2**20})
    file = BankFile.objects.create(
        account=account,
        name=upload.name.strip()[:120] or "?",
        body=upload.body,
        digest=hashlib.sha256(upload.body).hexdigest(),
        kept_by=str(actor),
        kept_at=now,
    )
    event = BankFileKept(file_id=file.pk, size=len(upload.body), digest=file.digest)
    outbox.emit(event, actor=actor, subjects=_subjects(file), now=now)
    return file


@transaction.atomic
def judge_file(*, file_id: int, actor: Actor, now: datetime) -> BankFile:
    """Take a kept file into the books, or refuse it; once: a judged file is left as it is."""
    account_id = BankFile.objects.values_list("account_id", flat=True).get(pk=file_id)
    locks.advisory(f"accounts.bank.{account_id}", timeout_ms=BUSY_MS)
    file = locks.rows(BankFile.objects.select_related("account").filter(pk=file_id)).get()
    if file.outcome:
        return file
    try:
        with transaction.atomic():
            _take(file, actor, now)
        file.outcome = FileOutcome.TAKEN
    except BadStatement as no:
        file.rows_new = file.rows_known = 0
        file.outcome = FileOutcome.REFUSED
        file.words = _(no.sentence).format_map(no.facts)[:LONGEST]
    file.judged_at = now
    file.save(update_fields=["outcome", "words", "rows_new", "rows_known", "judged_at"])
    event = BankFileJudged(
        file_id=file.pk, outcome=str(file.outcome), rows=file.rows_new, words=file.words
    )
    outbox.emit(event, actor=actor, subjects=_subjects(file), now=now)
    return file


def _take(file: BankFile, actor: Actor, now: datetime) -> None:
    """Write everything of a file that is new; BadStatement undoes all of it."""
    _require_new(file)
    statements = reading.read(bytes(file.body))
    for statement in sorted(statements, key=_place):
        _require_ours(statement, file.account)
        _require_past(statement, now)
        fresh = chain.fresh_rows(statement, _known(file.account, statement))
        file.rows_known += len(statement.rows) - len(fresh or ())
        if fresh is not None:
            _write(file, statement, fresh, actor, now)
    if not BankStatement.objects.filter(file=file).exists():
        raise BadStatement(noop("Everything in this file was imported before: nothing is new."))


def _place(statement: Statement) -> tuple[object, int]:
    return statement.closed_on, statement.sequence or 0


def _require_new(file: BankFile) -> None:
    same = BankFile.objects.filter(account=file.account, digest=file.digest)
    known = same.filter(outcome=FileOutcome.TAKEN).first()
    if known is not None:
        raise BadStatement(
            noop("This very file was imported before, as {name} on {day}: nothing is new."),
            name=str(known),
            day=f"{known.kept_at:%Y-%m-%d}",
        )


def _require_ours(statement: Statement, account: BankAccount) -> None:
    if account_key(statement.account) != account.number:
        raise BadStatement(
            noop("It is the statement of account {theirs}, not of {ours}: choose its own account."),
            theirs=statement.account[:34] or "?",
            ours=account.number,
        )
    if statement.currency != account.currency:
        raise BadStatement(
            noop("It is in {theirs}, and this account is kept in {ours}."),
            theirs=statement.currency[:4] or "?",
            ours=account.currency,
        )


def _require_past(statement: Statement, now: datetime) -> None:
    """Raise BadStatement for one that ends after tomorrow: nothing could follow on it."""
    if statement.closed_on > now.date() + timedelta(days=1):
        raise BadStatement(
            noop("It ends on {day}, which is not yet."), day=f"{statement.closed_on}"
        )


def _known(account: BankAccount, statement: Statement) -> Known:
    """Return where the books stand, and which of this statement's rows they have."""
    latest = BankStatement.objects.filter(account=account).order_by("-id").first()
    if latest is None:
        return Known()
    names = [row.reference for row in statement.rows]
    rows = BankRow.objects.filter(account=account, reference__in=names)
    counted = BankStatement.objects.filter(account=account, sequence__isnull=False)
    sequence = counted.order_by("-id").values_list("sequence", flat=True).first()
    same = BankStatement.objects.filter(
        account=account, ident=statement.ident, closed_on=statement.closed_on
    )
    return Known(
        closing=latest.closing,
        closed_on=latest.closed_on,
        sequence=sequence,
        rows=dict(rows.values_list("reference", "amount")),
        idents=frozenset(same.values_list("ident", flat=True)),
    )


def _write(
    file: BankFile, statement: Statement, fresh: tuple[Row, ...], actor: Actor, now: datetime
) -> None:
    account = file.account
    if not BankStatement.objects.filter(account=account).exists():
        _open(account, statement, actor, now)
    taken = BankStatement.objects.create(
        account=account,
        file=file,
        ident=statement.ident,
        sequence=statement.sequence,
        opened_on=statement.opened_on,
        closed_on=statement.closed_on,
        opening=statement.opening,
        closing=statement.closing,
        taken_at=now,
    )
    for row in fresh:
        kept = _row(taken, row, statement.currency, now)
        kept.entry = steps.post_row(kept, actor=actor, now=now)
        kept.save()
    file.rows_new += len(fresh)


def _open(account: BankAccount, statement: Statement, actor: Actor, now: datetime) -> None:
    """Let the books begin with the opening balance of the first statement."""
    if not statement.opening:
        return
    other = steps.chart.account_of(
        LedgerKind.OPENING,
        legal_entity_id=account.legal_entity_id,
        currency=account.currency,
        now=now,
    )
    lines = [
        book.Line(account=steps.bank_account(account, now), amount=statement.opening),
        book.Line(account=other, amount=-statement.opening),
    ]
    book.post(act=steps.opening_act(account, actor, now), lines=lines)


def _row(taken: BankStatement, row: Row, currency: str, now: datetime) -> BankRow:
    named = reference.references_in(row.text, row.end_to_end)
    number = account_key(row.account)
    return BankRow(
        account=taken.account,
        statement=taken,
        reference=row.reference,
        amount=row.amount,
        currency=currency,
        booked_on=row.booked_on,
        value_on=row.value_on,
        code=row.code,
        other_name=row.name,
        other_number=number,
        other_key=key_of(number) if number else "",
        end_to_end=row.end_to_end,
        text=row.text,
        charges=row.charges,
        returns=row.returns,
        our_reference=str(named[0]) if named else "",
        taken_at=now,
    )


def _subjects(file: BankFile) -> list[tuple[str, int | str]]:
    return [("bank_file", file.pk), ("bank_account", file.account_id)]
