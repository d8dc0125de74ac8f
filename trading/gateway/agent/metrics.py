"""What the agent counts, in the text format that Prometheus reads; no name or login is in it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from trading.gateway import wire
from trading.gateway.errors import BadMessage

_PREFIX = "mt4_agent_"
_HELP = {
    "connected": "1 while this connection to MetaTrader stands",
    "journal_sends": "1 while the journal lets commands out",
    "connections_total": "number of the present direct connection, counted over restarts",
    "streams": "readers of the stream",
    "clock_error_ms": "bound on the clock's error in milliseconds, -1 when nobody vouches for it",
    "queue": "calls that wait for MetaTrader",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One figure as it stands now, with its one label."""

    name: str
    label: str
    of: str
    value: int


class Counts:
    """What only rises: answers by verb and outcome, their seconds, and what was turned away."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str]] = Counter()
        self.seconds: Counter[str] = Counter()
        self.away: Counter[str] = Counter()

    def answered(self, verb: str, body: bytes, seconds: float) -> None:
        """Count one answer to a verb and how long it took."""
        self.answers[verb, _outcome(body)] += 1
        self.seconds[verb] += seconds  # type: ignore[assignment]  # a Counter adds floats too

    def turned_away(self, reason: str) -> None:
        """Count a connection or message that was not taken (address, seal, size, streams)."""
        self.away[reason] += 1


def written(counts: Counts, levels: Iterable[Level]) -> bytes:
    """Return the figures as text."""
    lines: list[str] = []
    named = ""
    for level in sorted(levels, key=lambda one: one.name):
        if level.name != named:
            named = level.name
            kind = "counter" if named.endswith("_total") else "gauge"
            lines += [f"# HELP {_PREFIX}{named} {_HELP[named]}", f"# TYPE {_PREFIX}{named} {kind}"]
        lines.append(f'{_PREFIX}{named}{{{level.label}="{level.of}"}} {level.value}')
    lines.append(f"# TYPE {_PREFIX}answers_total counter")
    for (verb, outcome), number in sorted(counts.answers.items()):
        labels = f'verb="{verb}",outcome="{outcome}"'
        lines.append(f"{_PREFIX}answers_total{{{labels}}} {number}")
    lines.append(f"# TYPE {_PREFIX}answer_seconds_total counter")
    for verb, seconds in sorted(counts.seconds.items()):
        lines.append(f'{_PREFIX}answer_seconds_total{{verb="{verb}"}} {seconds:.6f}')
    lines.append(f"# TYPE {_PREFIX}turned_away_total counter")
    for reason, number in sorted(counts.away.items()):
        lines.append(f'{_PREFIX}turned_away_total{{reason="{reason}"}} {number}')
    return ("\n".join(lines) + "\n").encode()


def _outcome(body: bytes) -> str:
    """Return what an answer says: its outcome stands at its beginning."""
    head, _, _ = body[:60].partition(b",")
    try:
        return str(wire.load(head.rstrip(b"}") + b"}")["outcome"])
    except (BadMessage, KeyError, TypeError):
        return "unknown"
