"""Verify now: the log recomputed in steps that a page can wait for; the result is told.

How far it is lies in a mark that only this house can write: nobody leaves a piece out.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import transaction

from backoffice.audit.events import LogVerified
from backoffice.audit.queries import verification
from backoffice.core import outbox
from backoffice.core.actors import Actor

SALT = "backoffice.audit.verifying"
LIFETIME = 3600  # seconds between two steps


@dataclass(frozen=True)
class Progress:
    """How far it is. `mark` is empty at the end; `finding` is the first bad entry, if any."""

    done: int
    size: int
    mark: str = ""
    finding: verification.Finding | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is a result."""
        return not self.mark

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return 100 * self.done // self.size if self.size else 100


def step(*, mark: str, actor: Actor, now: datetime) -> Progress:
    """Take the next step, or the first one where the mark says nothing; tell of the result."""
    first, size = _read(mark, actor)
    end = min(first + verification.PIECE, size)
    finding = verification.check_piece(first, end)
    if finding is None and end < size:
        return Progress(end, size, signing.dumps([str(actor), end, size], salt=SALT))
    finding = finding or verification.check_heads()
    with transaction.atomic():
        outbox.emit(
            LogVerified(
                entries=size,
                verdict="broken" if finding else "sound",
                first_bad=finding.index if finding else None,
            ),
            actor=actor,
            subjects=[("audit", "log")],
            now=now,
        )
    return Progress(finding.index if finding else size, size, finding=finding)


def _read(mark: str, actor: Actor) -> tuple[int, int]:
    try:
        whose, first, size = signing.loads(mark, salt=SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError):
        return 0, verification.size()
    return (first, size) if whose == str(actor) else (0, verification.size())
