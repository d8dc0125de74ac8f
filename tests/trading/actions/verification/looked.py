"""A comparison of both sides at once, and what it found."""

import time
from datetime import timedelta
from typing import Any

from tests.factories.market import (
    NOON,
)
from tests.factories.servers import ACTOR
from trading.actions.verification import verifying
from trading.actions.verification.verifying import Result
from trading.mirror.verification.differences import Kind
from trading.models import (
    Server,
)

_BEGAN = time.monotonic()


def verify(server: Server, **told: Any) -> Result:
    """Compare, without waiting for anything; each time later, as the mirror keeps what is newer."""
    now = NOON + timedelta(seconds=time.monotonic() - _BEGAN)
    return verifying.verify_server(
        server_id=server.pk, actor=ACTOR, now=now, patience_seconds=0, **told
    )


def found(result: Result) -> list[tuple[str, Any, Kind, tuple[str, ...]]]:
    """Return table, key, kind and fields of what differs."""
    assert result.trouble == ""
    return [
        (one.table, one.key, one.kind, tuple(change.field for change in one.changes))
        for one in result.left
    ]
