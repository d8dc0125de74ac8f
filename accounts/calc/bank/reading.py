"""Reads a bank's file, whichever of the formats that we take it is in. Pure."""

from accounts.calc.bank import camt, swift
from accounts.calc.bank.statement import LARGEST, BadStatement, Statement
from backoffice.core.words import noop

MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read(body: bytes) -> tuple[Statement, ...]:
    """Return the statements of a file, each checked; BadStatement with one sentence otherwise."""
    if len(body) > LARGEST:
        raise BadStatement(noop("The file is larger than a statement is."))
    start = body.lstrip(b"".join(MARKS) + b" \t\r\n\0")[:200]
    if start.startswith(b"<"):
        return camt.read(body)
    if b":20:" in body[:4000]:
        return swift.read(body)
    raise BadStatement(
        noop("This is neither camt.053 nor MT940: export the statement as one of these.")
    )
