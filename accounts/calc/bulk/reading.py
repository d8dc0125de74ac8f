"""A bulk file as people write it, read line by line: every flaw is one sentence, and refuses it.

Text in UTF-8, separated by commas or semicolons, under a line of heads. Amounts are written with a
point and a sign where they take (−): nothing is guessed, rounded or left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from accounts.calc import csv_lines
from accounts.terms.bulk import OF_BALANCE, OF_CREDIT, Purpose
from backoffice.core.money import digits, is_exact
from backoffice.core.words import noop

LARGEST = 2 * 1024 * 1024  # bytes
MOST_LINES = 10_000
MOST_FLAWS = 50  # a file of nothing but flaws is told enough by so many
LONGEST_COMMENT = 120
NEEDED = ("login", "amount", "currency", "reason")
HEADS = (*NEEDED, "kind", "expires", "comment")
AMOUNT = re.compile(r"[+-]?\d{1,13}(?:\.\d{1,8})?")
LOGIN = re.compile(r"[1-9]\d{0,9}")
CURRENCY = re.compile(r"[A-Z]{3,4}")
KINDS = ("balance", "credit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Why a file is refused: the line (0: the file as a whole), a sentence, facts in its braces."""

    line: int
    sentence: str
    facts: Mapping[str, str]


class BadFile(ValueError):
    """A file of which nothing is taken."""

    def __init__(self, flaws: tuple[Flaw, ...]) -> None:
        super().__init__(flaws[0].sentence.format_map(flaws[0].facts))
        self.flaws = flaws


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: to which login how much of what, why. `number` is that of the line in the file."""

    number: int
    login: int
    amount: Decimal
    currency: str
    is_credit: bool
    expires_at: datetime | None
    purpose: Purpose
    comment: str


class _Wrong(Exception):
    """What is wrong with one line."""

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = {name: str(value)[:120] for name, value in facts.items()}


def read(body: bytes, *, now: datetime) -> tuple[Line, ...]:
    """Return every line of a file; BadFile with a sentence for every line that is wrong."""
    try:
        rows = _rows(body)
    except _Wrong as wrong:
        raise BadFile((Flaw(line=0, sentence=wrong.sentence, facts=wrong.facts),)) from None
    lines, flaws = [], []
    for number, row in rows:
        try:
            lines.append(_line(number, row, now))
        except _Wrong as wrong:
            flaws.append(Flaw(line=number, sentence=wrong.sentence, facts=wrong.facts))
    if flaws:
        raise BadFile(tuple(flaws[:MOST_FLAWS]))
    return tuple(lines)


def _rows(body: bytes) -> list[tuple[int, dict[str, str]]]:
    if not 0 < len(body) <= LARGEST:
        raise _Wrong(noop("A file has at most {most} MB, and is not empty."), most=LARGEST // 2**20)
    text = csv_lines.text_of(body, _Wrong)
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    found = list(csv_lines.numbered(text, separator, _Wrong))
    if not found:
        raise _Wrong(noop("The file is empty."))
    heads = [head.strip().lower() for head in found[0][1]]
    csv_lines.require_columns(
        heads,
        needed=NEEDED,
        known=HEADS,
        odd_words=noop("Unknown or doubled column: {strange}. Known: login, amount, currency, …"),
        refusal=_Wrong,
    )
    if len(found) == 1:
        raise _Wrong(noop("Under its heads the file has no line."))
    if len(found) - 1 > MOST_LINES:
        raise _Wrong(
            noop("A file has at most {most} lines, this one has {lines}: part it."),
            most=MOST_LINES,
            lines=len(found) - 1,
        )
    return [(number, _named(heads, cells)) for number, cells in found[1:]]


def _named(heads: list[str], cells: list[str]) -> dict[str, str]:
    row = {name: cell.strip() for name, cell in zip(heads, cells, strict=False)}
    if len(cells) != len(heads):
        row["too_many"] = str(len(cells))
    return row


def _line(number: int, row: dict[str, str], now: datetime) -> Line:
    if "too_many" in row:
        raise _Wrong(
            noop("It has {cells} cells, and the heads another number."), cells=row["too_many"]
        )
    if not LOGIN.fullmatch(row["login"]) or int(row["login"]) >= 2**31:
        raise _Wrong(noop("“{login}” is no login: write its number."), login=row["login"])
    if not CURRENCY.fullmatch(row["currency"]):
        raise _Wrong(
            noop("“{currency}” is no currency: write three or four capitals, such as USD."),
            currency=row["currency"],
        )
    amount = _amount(row["amount"], row["currency"])
    kind = row.get("kind", "") or "balance"
    if kind not in KINDS:
        raise _Wrong(noop("“{kind}” is no kind: write balance or credit."), kind=kind)
    return Line(
        number=number,
        login=int(row["login"]),
        amount=amount,
        currency=row["currency"],
        is_credit=kind == "credit",
        expires_at=_expiry(row.get("expires", ""), amount, is_credit=kind == "credit", now=now),
        purpose=_purpose(row["reason"], amount, is_credit=kind == "credit"),
        comment=_comment(row.get("comment", "")),
    )


def _amount(text: str, currency: str) -> Decimal:
    if not AMOUNT.fullmatch(text):
        raise _Wrong(noop("“{amount}” is no amount: write it as 12.50 or -12.50."), amount=text)
    amount = Decimal(text)
    if amount == 0:
        raise _Wrong(noop("Its amount is nothing."))
    if not is_exact(amount, currency):
        raise _Wrong(
            noop("{amount} has more digits than {currency} has: at most {digits} after the point."),
            amount=text,
            currency=currency,
            digits=digits(currency),
        )
    return amount


def _purpose(text: str, amount: Decimal, *, is_credit: bool) -> Purpose:
    may = OF_CREDIT if is_credit else OF_BALANCE
    if text not in may:
        raise _Wrong(
            noop("“{reason}” is no reason for that: write {reasons}."),
            reason=text,
            reasons=" | ".join(str(one) for one in may),
        )
    purpose = Purpose(text)
    if (1 if amount > 0 else -1) in may[purpose]:
        return purpose
    if may[purpose] == (-1,):
        raise _Wrong(noop("A line of “{reason}” takes: write a minus."), reason=text)
    raise _Wrong(noop("A line of “{reason}” gives: it has no minus."), reason=text)


def _expiry(text: str, amount: Decimal, *, is_credit: bool, now: datetime) -> datetime | None:
    if not is_credit or amount < 0:
        if text:
            raise _Wrong(noop("Only credit that is given expires: leave the cell empty."))
        return None
    if not text:
        raise _Wrong(noop("Credit that is given has to expire: write the day, such as 2030-12-31."))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _Wrong(noop("“{expires}” is no day: write it as 2030-12-31."), expires=text) from None
    # MetaTrader keeps a moment in 32 bits of seconds.
    if not now.date() < day < date(2038, 1, 1):
        raise _Wrong(noop("{expires} is not a day to come, or after 2037."), expires=text)
    return datetime.combine(day, time.min, tzinfo=UTC)


def _comment(text: str) -> str:
    if len(text) > LONGEST_COMMENT or not text.isprintable():
        raise _Wrong(
            noop("A comment is one line of at most {most} characters."), most=LONGEST_COMMENT
        )
    return text
