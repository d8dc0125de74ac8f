"""The board's latest frames, as the first paint of a page needs them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from backoffice.core import live


@dataclass(frozen=True, slots=True)
class Frame:
    """One topic's latest frame: when it was true at the source, when it was sent, what it says."""

    at: datetime
    sent_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


def latest(topics: Iterable[str]) -> dict[str, Frame]:
    """Return the latest frames of these topics; what Redis does not have is left out."""
    found: dict[str, Frame] = {}
    for topic, body in live.latest(topics).items():
        told = orjson.loads(body)
        found[topic] = Frame(
            at=_moment(told["at"]), sent_at=_moment(told["now"]), data=told["data"]
        )
    return found


def _moment(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
