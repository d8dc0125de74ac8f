"""once(key): one key, one effect, however often it is asked."""

from django.db import connection

from backoffice.core import compiled
from backoffice.core.errors import NoTransaction


def once(key: str) -> bool:
    """Use the key up; return True the first time, False ever after.

    It stands or falls with the caller's transaction. A second caller waits until the first one has
    committed (False) or rolled back (True). NoTransaction outside a transaction.
    """
    if not connection.in_atomic_block:
        raise NoTransaction("idempotency.once() stands or falls with a transaction; open one")
    return bool(
        compiled.tell(
            "INSERT INTO core_idempotency_key (key) VALUES (%s) ON CONFLICT (key) DO NOTHING", [key]
        )
    )


def is_used(key: str) -> bool:
    """Say whether the key has had its effect; one that is being used just now may not show yet."""
    return compiled.ask_one("SELECT 1 FROM core_idempotency_key WHERE key = %s", [key]) is not None
