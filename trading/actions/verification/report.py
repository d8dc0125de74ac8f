"""A verification in words, for a terminal: each difference, the counts, and a verdict."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from trading.actions.verification.comparing import GROUPS, SYMBOLS
from trading.actions.verification.verifying import Result
from trading.mirror.verification.differences import Difference, Kind
from trading.mirror.verification.tables import ACCOUNTS, TICKETS
from trading.states import Source

WORDS = {
    Kind.MISSING: "is on the server and not in the mirror",
    Kind.EXTRA: "is in the mirror and not on the server",
}
TABLES = (SYMBOLS, GROUPS, ACCOUNTS.name, *(table.name for table in TICKETS))
MOST_LINES = 1_000


def lines(result: Result) -> Iterator[str]:
    """Yield the report; its last line is the verdict."""
    code = result.verification.server.code
    if result.verification.source == Source.REPLICA:
        code += " (replica)"
    if result.trouble:
        yield f"{code}: not compared: {result.trouble}"
        return
    for difference in result.left[:MOST_LINES]:
        yield from _difference(difference)
    if len(result.left) > MOST_LINES or result.tally.uncounted:
        more = len(result.left) - min(MOST_LINES, len(result.left)) + result.tally.uncounted
        yield f"… and {more:,} more"
    yield from _counts(result)
    yield _verdict(code, result)


def _difference(one: Difference) -> Iterator[str]:
    head = f"{one.table:16}{one.key!s:>12}"
    if one.kind in WORDS:
        yield f"{head}  {WORDS[one.kind]}"
        return
    for change in one.changes:
        yield f"{head}  {change.field:22} ours {_text(change.ours)}  theirs {_text(change.theirs)}"


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return repr(value) if isinstance(value, str) else str(value)


def _counts(result: Result) -> Iterator[str]:
    tally = result.tally
    yield f"{'':16}{'ours':>12}{'theirs':>12}{'kept':>12}"
    for table in TABLES:
        row = (tally.ours[table], tally.theirs[table], tally.kept[table])
        yield f"{table:16}" + "".join(f"{count:>12,}" for count in row)
    if tally.kept.total():
        yield "kept: the server archived or dropped these; the mirror keeps them"
    if tally.orphans:
        yield f"{tally.orphans:,} tickets belong to logins that the server does not list"
    if tally.moving:
        yield f"{tally.moving:,} open tickets: the market moved their price since the last reading"


def _verdict(code: str, result: Result) -> str:
    standing = len(result.left) + result.tally.uncounted
    mended = f", {result.mended:,} mended" if result.mended else ""
    return f"{code}: {standing:,} differences{mended} in {result.seconds} s"
