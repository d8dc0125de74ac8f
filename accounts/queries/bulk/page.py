"""Everything that the page of one bulk file shows, as it is now. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import BulkFile, BulkRow
from accounts.permissions import APPROVE_BULK, PREPARE_BULK
from accounts.queries.bulk import files, lines
from accounts.queries.bulk.lines import Progress, SumLine
from accounts.terms.bulk import BULK, SNAG_LABELS, Bulk
from backoffice.approvals.queries import requests, told
from backoffice.approvals.queries.told import Told
from backoffice.core import access, records
from backoffice.core.actors import Actor, Origin
from backoffice.identity.queries import people

LOG = 40
TROUBLE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event about the file."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """One file: sums, progress, lines to look at, each with why, seats, log, what one may do.

    `acts` maps each verb that the state calls for, and this person's roles let them do, to why
    they may not do it now ("": they may).
    """

    file: BulkFile
    progress: Progress
    sums: tuple[SumLine, ...]
    trouble: tuple[tuple[BulkRow, str], ...]
    preparer: str
    halted_by: str
    seats: Any
    deadline_at: datetime | None
    log: tuple[LogLine, ...]
    acts: dict[str, str]

    @property
    def moves(self) -> bool:
        """Whether it changes while one looks."""
        if self.file.state == Bulk.PAUSED:  # what was begun before the pause still comes back
            return self.progress.on_the_way > 0
        return self.file.state in (Bulk.RUNNING, Bulk.WAITING)


def get_page_for(user: Any, pk: int, *, origin: Origin, now: datetime) -> FilePage:
    """Return the page of a file in reach; Http404 for any other."""
    file = files.get_file_for(user, pk)
    approval = told.told_of(file.approval_id)
    log = records.for_subject("bulk_file", file.pk, limit=LOG)
    halter = Actor.parse(file.halted_by) if file.halted_by else None
    actors = [Actor.parse(file.prepared_by), *(view.actor for view in log)]
    actors += [halter] if halter else []
    asked = {int(one.key) for one in actors if one.kind != "system"}
    names = people.names_of(asked.union(*(view.person_ids for view in log)))
    troubled = lines.list_lines_for(user, file.pk).filter(lines.TO_LOOK_AT)
    return FilePage(
        file=file,
        progress=lines.progress_of(file),
        sums=tuple(lines.sums_of(file)),
        trouble=tuple((one, lines.words_of(one) or _snag(one)) for one in troubled[:TROUBLE]),
        preparer=_name(actors[0], names),
        halted_by=_name(halter, names) if halter else "",
        seats=approval.seats,
        deadline_at=approval.deadline_at,
        log=tuple(
            LogLine(at=view.at, sentence=view.told_by(_name(view.actor, names), names))
            for view in log
        ),
        acts=_acts(user, file, approval, origin, now),
    )


def _acts(
    user: Any, file: BulkFile, approval: Told, origin: Origin, now: datetime
) -> dict[str, str]:
    offered = [verb for verb in BULK.verbs(file.state) if verb not in ("start", "finish")]
    prepares = access.reaches(file, user, PREPARE_BULK)
    acts = dict.fromkeys(offered if prepares else (), "")
    asked = file.approval_id if file.state == Bulk.WAITING else None
    if asked is not None and access.reaches(file, user, APPROVE_BULK):
        objection = requests.objection_to(asked, user, origin=origin, now=now, reviews=False)
        acts = {"refuse": objection, "agree": objection, **acts}
    return acts


def _snag(row: BulkRow) -> str:
    return _(SNAG_LABELS[row.snag]) if row.snag else ""


def _name(actor: Actor, names: dict[int, str]) -> str:
    if actor.kind == "system":
        return _("The system (%(part)s)") % {"part": actor.key}
    return names.get(int(actor.key), str(actor))
