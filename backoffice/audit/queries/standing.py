"""How the log stands: what is numbered, signed and witnessed, and whether its guards are up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from backoffice.audit.models import Checkpoint, Leaf, PublicKey, Witnessing
from backoffice.audit.models.head import REFUSED

PATIENCE = timedelta(seconds=60)  # how long an entry may wait for its number and its signature
LOOKED_AT = 1000  # the newest entries, among which those without a number are looked for

WAITING = """
SELECT count(*), min(recorded_at) FROM (
    (SELECT 1 AS source, id, recorded_at FROM core_event ORDER BY id DESC LIMIT %(newest)s)
    UNION ALL
    (SELECT 2, id, recorded_at FROM audit_change ORDER BY id DESC LIMIT %(newest)s)
) AS entry
WHERE NOT EXISTS (
    SELECT FROM audit_leaf AS leaf WHERE leaf.source = entry.source AND leaf.source_id = entry.id)
"""
# Tables that must refuse changes, triggers that must be awake, rights that nobody may have.
GUARDS = """
SELECT format('%%s: the trigger %%s is missing or asleep', wanted.place, wanted.name)
FROM (
    SELECT place, name
    FROM unnest(%(logs)s::text[]) AS place, unnest(ARRAY['only_grows', 'never_emptied']) AS name
    UNION ALL
    SELECT DISTINCT tgrelid::regclass::text, name FROM pg_trigger,
        unnest(ARRAY['audit_change', 'audit_insert', 'audit_truncate']) AS name
    WHERE tgname IN ('audit_change', 'audit_insert', 'audit_truncate')
) AS wanted
WHERE NOT EXISTS (
    SELECT FROM pg_trigger
    WHERE tgrelid = wanted.place::regclass AND tgname = wanted.name AND tgenabled = 'A')
UNION ALL
SELECT format('%%s: the application may %%s', place, may) FROM unnest(%(logs)s::text[]) AS place,
    unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS may
WHERE has_table_privilege('mt4bo_app', place, may)
UNION ALL
SELECT format('%%s belongs to %%s', relname, relowner::regrole) FROM pg_class
WHERE relname = ANY (%(logs)s::text[]) AND relkind = 'r' AND relowner <> 'mt4bo_events'::regrole
UNION ALL
SELECT format('the function %%s belongs to %%s', proname, proowner::regrole) FROM pg_proc
WHERE proname IN ('event_append', 'audit_capture', 'refuse_change', 'seal')
  AND proowner NOT IN ('mt4bo_events'::regrole, 'mt4bo_owner'::regrole)
"""
LOGS = [
    "core_event", "core_event_subject", "audit_change", "audit_leaf", "audit_tile",
    "audit_checkpoint", "audit_witnessing", "audit_key",
]  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """The log at a moment. `trouble` says in sentences what is wrong; empty: nothing is."""

    size: int
    waiting: int
    waiting_since: datetime | None
    head: Checkpoint | None
    word: Witnessing | None
    cosigned: int
    trouble: tuple[str, ...]
    is_broken: bool

    @property
    def unsigned(self) -> int:
        """How many leaves the newest head does not cover."""
        return self.size - (self.head.size if self.head else 0)


def standing(now: datetime) -> Standing:
    """Return how the log stands; a handful of queries that end at an index."""
    waiting, since = _waiting()
    newest = Leaf.objects.order_by("-leaf_index").first()
    head = Checkpoint.objects.order_by("-id").first()
    word = Witnessing.objects.order_by("-id").first()
    refused = word is not None and word.verdict == REFUSED
    cosigned = Witnessing.objects.exclude(verdict=REFUSED).order_by("-size").first()
    guards = guards_down()
    state = Standing(
        size=newest.leaf_index + 1 if newest else 0,
        waiting=waiting,
        waiting_since=since,
        head=head,
        word=word,
        cosigned=cosigned.size if cosigned else 0,
        trouble=(),
        is_broken=refused or bool(guards),
    )
    told = [*guards, *_late(state, now)]
    if refused and word is not None:
        told.insert(0, _("The witness refuses the log: %(words)s.") % {"words": word.words})
    return Standing(**{**state.__dict__, "trouble": tuple(told)})


def guards_down() -> list[str]:
    """Return what protects the log and is not in place, in sentences for an engineer."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDS, {"logs": LOGS})
        return sorted(row[0] for row in cursor.fetchall())


def list_keys() -> list[PublicKey]:
    """Return the public keys that ever signed, the newest first."""
    return list(PublicKey.objects.order_by("kind", "-announced_at"))


def _waiting() -> tuple[int, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"newest": LOOKED_AT})
        count, since = cursor.fetchone()
    return int(count), since


def _late(state: Standing, now: datetime) -> list[str]:
    told = []
    if state.waiting_since is not None and now - state.waiting_since > PATIENCE:
        told.append(_("Entries wait for their number: the sequencer does not run."))
    if state.unsigned and state.head is not None and now - state.head.signed_at > PATIENCE:
        told.append(_("The newest entries are not signed: the sequencer does not run."))
    is_behind = state.head is not None and state.head.size > state.cosigned
    if is_behind and state.head is not None and now - state.head.signed_at > PATIENCE:
        told.append(_("The newest head is not witnessed: the witness does not run."))
    return told
