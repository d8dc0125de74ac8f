"""A bulk file is handed in, or made of the negative balances: taken whole as a preview, or refused.

A file that is refused is kept with a sentence for each line that is wrong, and nothing is taken of
it. Nothing moves before people agreed to a preview.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.bulk import steps
from accounts.calc.bulk import reading
from accounts.calc.bulk.reading import BadFile, Flaw
from accounts.events import BulkTaken
from accounts.models import BulkFile, BulkRow
from accounts.permissions import PREPARE_BULK
from accounts.queries.bulk import files, preview
from accounts.queries.bulk.preview import Judged
from accounts.terms.bulk import Bulk, BulkLine, BulkSource
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.core.words import noop
from backoffice.identity.queries import people
from trading.queries import by_login

AT_ONCE = 1000
ONCE = "accounts_bulkfile_once"


class TooLarge(Rejected):
    """The file is larger than any may be, or empty: it is not even kept."""


class NothingNegative(Rejected):
    """No account owes anything that could be brought to zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it was handed in, for which server and legal entity. `key` makes it one."""

    key: UUID
    server_id: int
    legal_entity_id: int
    name: str
    body: bytes
    source: BulkSource = BulkSource.HANDED_IN


@transaction.atomic
def take_file(*, upload: Upload, actor: Actor, now: datetime) -> BulkFile:
    """Take a file as a preview, or refuse it with its flaws; return it with what became of it.

    Raises NotAllowed, TooLarge. The same key takes once.
    """
    known = BulkFile.objects.filter(key=upload.key).first()
    if known is not None:
        return known
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    if user is None or not files.may_prepare(user, upload.legal_entity_id):
        raise steps.NotAllowed(_("You may not hand in files for this legal entity."))
    if not 0 < len(upload.body) <= reading.LARGEST:
        sentence = _("A file has at most %(most)s MB, and is not empty.")
        raise TooLarge(sentence % {"most": reading.LARGEST // 2**20})
    file = _new(upload, actor, now)
    try:
        lines = reading.read(upload.body, now=now)
        found = preview.judged(
            user,
            server_id=upload.server_id,
            legal_entity_id=upload.legal_entity_id,
            lines=lines,
        )
        _require_some(found)
        _write(file, found)
    except BadFile as no:
        file.state = Bulk.REFUSED
        file.flaws = [[one.line, _(one.sentence).format_map(one.facts)] for one in no.flaws]
        file.closed_at, found = now, []
        file.save(force_insert=True)
    event = BulkTaken(
        file_id=file.pk,
        outcome=str(file.state),
        lines=len(found),
        cannot=sum(not one.can_be for one in found),
        digest=file.digest,
    )
    steps.emit(file, event, actor=actor, now=now)
    return file


def make_resets(
    *, key: UUID, server_id: int, legal_entity_id: int, actor: Actor, now: datetime
) -> BulkFile:
    """Make a file that brings every negative balance without open trades to zero, as a preview.

    Raises NothingNegative, NotAllowed. What is there is as the mirror shows it now.
    """
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    if user is None or not files.may_prepare(user, legal_entity_id):
        raise steps.NotAllowed(_("You may not hand in files for this legal entity."))
    owing = [
        one
        for one in by_login.negative_balances(user, PREPARE_BULK, server_id)
        if one.legal_entity_id == legal_entity_id
    ][: reading.MOST_LINES]
    if not owing:
        raise NothingNegative(_("No account without open trades has a balance below zero."))
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["login", "amount", "currency", "reason", "comment"])
    # The moment makes it another file than that of yesterday's same stop-out.
    words = f"Balance to zero, as of {now:%Y-%m-%d %H:%M:%S} UTC"
    for one in owing:
        lines.writerow(
            [one.login, format(-one.balance, "f"), one.currency, "negative_balance", words]
        )
    upload = Upload(
        key=key,
        server_id=server_id,
        legal_entity_id=legal_entity_id,
        name=f"negative-balances-{now:%Y%m%dT%H%M%S}.csv",
        body=out.getvalue().encode(),
        source=BulkSource.NEGATIVE_BALANCES,
    )
    return take_file(upload=upload, actor=actor, now=now)


def _new(upload: Upload, actor: Actor, now: datetime) -> BulkFile:
    return BulkFile(
        key=upload.key,
        server_id=upload.server_id,
        legal_entity_id=upload.legal_entity_id,
        name=upload.name.strip()[-120:] or "?",
        source=upload.source,
        body=upload.body,
        digest=hashlib.sha256(upload.body).hexdigest(),
        state=Bulk.PREVIEW,
        prepared_by=str(actor),
        prepared_at=now,
    )


def _require_some(found: list[Judged]) -> None:
    if not any(one.can_be for one in found):
        flaw = noop("None of its lines can be carried out: see the accounts and the currencies.")
        raise BadFile((Flaw(line=0, sentence=flaw, facts={}),))


def _write(file: BulkFile, found: list[Judged]) -> None:
    """Write the file and its lines; BadFile where this very file was taken before."""
    file.lines_digest = files.digest_of(map(_told, found))
    try:
        with transaction.atomic():
            file.save(force_insert=True)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != ONCE:
            raise
        raise BadFile((_taken_before(file),)) from error
    rows = [_row(file, one) for one in found]
    BulkRow.objects.bulk_create(rows, batch_size=AT_ONCE)


def _taken_before(file: BulkFile) -> Flaw:
    same = BulkFile.objects.filter(server_id=file.server_id, digest=file.digest)
    known = same.exclude(state__in=(Bulk.REFUSED, Bulk.CANCELLED)).first()
    facts = {
        "file": str(known),
        "name": known.name if known is not None else "?",
        "day": f"{known.prepared_at:%Y-%m-%d}" if known is not None else "?",
    }
    file.pk = None
    sentence = noop("This very file was handed in before, as {file} ({name}) on {day}.")
    return Flaw(line=0, sentence=sentence, facts=facts)


def _row(file: BulkFile, one: Judged) -> BulkRow:
    line = one.line
    return BulkRow(
        file=file,
        number=line.number,
        key=uuid5(file.key, str(line.number)),
        login=line.login,
        account_id=one.account.account_id if one.account is not None else None,
        client_id=one.account.client_id if one.account is not None else None,
        amount=line.amount,
        currency=line.currency,
        is_credit=line.is_credit,
        expires_at=line.expires_at,
        purpose=line.purpose,
        comment=line.comment,
        snag=one.snag or "",
        state=BulkLine.WAITING if one.can_be else BulkLine.CANNOT,
    )


def _told(one: Judged) -> dict[str, Any]:
    """Return a line as its digest names it."""
    account_id = one.account.account_id if one.account is not None else None
    return files.told_of(one.line, account_id, can_be=one.can_be)
