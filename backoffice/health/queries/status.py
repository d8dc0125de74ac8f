"""Is everything in step: every part at once."""

from datetime import datetime

from backoffice.health.checks import (
    audit,
    bank,
    books,
    by_hand,
    database,
    deposits,
    redis,
    settlements,
    transfers,
    work,
)
from backoffice.health.checks.part import DOWN, Part


def parts(now: datetime) -> list[Part]:
    """Return every part; while the database is away nothing else is asked of it."""
    first = database.check()
    if first.state == DOWN:
        return [first, redis.check()]
    return [
        first,
        redis.check(),
        work.check(now),
        audit.check(now),
        books.check(now),
        deposits.check(now),
        transfers.check(now),
        bank.check(now),
        settlements.check(now),
        by_hand.check(now),
    ]


def is_ready() -> bool:
    """Say whether this process can serve pages: it can without Redis, not without PostgreSQL."""
    return database.check().state != DOWN
