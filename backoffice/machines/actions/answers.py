"""One Idempotency-Key, one effect, one answer, for ever.

The first call with a key claims it by a row of its own, and holds a lock of that name while it
works. Who comes with the same key meanwhile is told to ask again; who comes later gets the kept
answer; who comes with another body is refused. A process that dies leaves an unanswered row and no
lock: the next call carries the work out again. Work that was in one transaction with its answer has
left nothing then; work that calls outside knows the key too (`Call.operation`).
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.utils.translation import gettext as _

from backoffice.core import locks
from backoffice.core.errors import Conflict, Rejected
from backoffice.machines.models import KeptAnswer

#: An answer is about a client when it is the client's own, or names them.
FORGET = """
UPDATE machines_keptanswer
SET body = jsonb_build_object('erased', true, 'id', body::jsonb -> 'id')::text
WHERE body <> '' AND (
    (body::jsonb ? 'full_name' AND body::jsonb ->> 'number' = %(number)s)
    OR body::jsonb ->> 'client' = %(client)s)
"""
SPACE = UUID("9d3c0f5c-5b0a-4f5e-8f7d-3b7b7a5d2a10")


class OtherBody(Rejected):
    """The key was used for something else."""


class UnderWay(Conflict):
    """The first call with the key is not over yet."""


@dataclass(frozen=True, slots=True)
class Call:
    """What makes two calls one: whose, under which key, and the fingerprint of what it asks."""

    user_id: int
    key: str
    fingerprint: str

    @property
    def operation(self) -> UUID:
        """The key under which the actions know this call."""
        return uuid5(SPACE, f"{self.user_id}\n{self.key}")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body as text; `is_kept`: it was given before."""

    status: int
    body: str
    is_kept: bool = False


def once(call: Call, work: Callable[[], Answer], *, in_one: bool, now: datetime) -> Answer:
    """Return the answer to a call, doing its work the first time only.

    Raises OtherBody, UnderWay. What `work` raises leaves the key free for the same call again.
    `in_one`: the work and its answer are kept or lost together; not for work that calls outside.
    """
    _claim(call, now)
    with locks.alone(f"machines.answer.{call.user_id}.{call.key}") as taken:
        if not taken:
            raise UnderWay(_("The first call with this Idempotency-Key is under way: ask again."))
        kept = KeptAnswer.objects.get(user_id=call.user_id, key=call.key)
        if kept.fingerprint != call.fingerprint:
            raise OtherBody(_("This Idempotency-Key was used for another call: take a new one."))
        if kept.status is not None:
            return Answer(kept.status, kept.body, is_kept=True)
        with transaction.atomic() if in_one else nullcontext():
            answer = work()
            kept.status, kept.body, kept.answered_at = answer.status, answer.body, now
            kept.save(update_fields=["status", "body", "answered_at"])
        return answer


def forget(*, client: int, number: int) -> int:
    """Blank the kept answers that show a client; return how many. Their status stays.

    A part of the transaction that forgets the client. Whoever comes with the key again learns that
    it was carried out, and nothing of the person.
    """
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"client": str(client), "number": str(number)})
        return int(cursor.rowcount)


def _claim(call: Call, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO machines_keptanswer (user_id, key, fingerprint, begun_at, body) "
            "VALUES (%s, %s, %s, %s, '') ON CONFLICT (user_id, key) DO NOTHING",
            [call.user_id, call.key, call.fingerprint, now],
        )
