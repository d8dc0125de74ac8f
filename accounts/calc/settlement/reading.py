"""Reads a provider's settlement file: CSV in UTF-8, whole and right, or refused. Pure.

Every line says its net, and the last one how many lines there are and what they sum to: a file that
was cut, doubled or edited does not add up and is refused with one sentence.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal

from accounts.calc import csv_lines
from accounts.calc.settlement.forms import HEAD, OWN_WORDS, SPARE, TOTAL, Form
from accounts.calc.settlement.statement import (
    LARGEST,
    LONGEST,
    MOST_LINES,
    NOTHING,
    BadSettlement,
    Line,
    Settlement,
    checked,
)
from accounts.terms.settlement import SIGNS, LineKind
from backoffice.core.money import digits
from backoffice.core.words import noop

AMOUNT = re.compile(r"[+-]?\d{1,13}(?:\.\d{1,8})?")
REFERENCE = re.compile(r"[!-~](?:[ -~]{0,62}[!-~])?")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
Row = dict[str, str]


def read(body: bytes, form: Form) -> Settlement:
    """Return the settlement of a file; BadSettlement with one sentence otherwise."""
    rows = _rows(_text(body), form)
    head = rows.pop(0) if form.has_head else None
    if head is not None and _word(head[1], form) != HEAD:
        raise BadSettlement(
            noop("The first line is no head: it says which settlement this is, and since when.")
        )
    if not rows or _word(rows[-1][1], form) != TOTAL:
        raise BadSettlement(
            noop("The last line is no total: the file is cut. Ask the provider for it again.")
        )
    at, total = rows.pop()
    currency = total["currency"]
    lines = tuple(_line(number, row, currency, form) for number, row in rows)
    if not lines:
        raise BadSettlement(noop("Between head and total there is no line."))
    found = Settlement(
        number=_reference((head[1] if head else total)["reference"], head[0] if head else at),
        provider=head[1].get("about", "") if head else "",
        currency=currency,
        since=_time(head[1]["time"], head[0], form) if head else min(one.at for one in lines),
        until=_time(total["time"], at, form),
        lines=lines,
    )
    _require_total(found, total, at, form)
    _require_head(found, head, total)
    return found


def _text(body: bytes) -> str:
    if not 0 < len(body) <= LARGEST:
        raise BadSettlement(
            noop("A settlement is a file of at most {most} MB, and not empty."),
            most=LARGEST // 2**20,
        )
    return csv_lines.text_of(body, BadSettlement)


def _rows(text: str, form: Form) -> list[tuple[int, Row]]:
    found = list(csv_lines.numbered(text, form.separator, BadSettlement))
    if len(found) < 2:
        raise BadSettlement(noop("Under its heads the file has no line."))
    if len(found) > MOST_LINES + 3:
        raise BadSettlement(
            noop("{lines} lines are more than one settlement may have."), lines=len(found)
        )
    heads = [head.strip() for head in found[0][1]]
    ours = _ours(heads, form)
    rows = []
    for number, cells in found[1:]:
        if len(cells) != len(heads):
            raise BadSettlement(
                noop("Line {line} has {cells} cells, and the heads are {heads}."),
                line=number,
                cells=len(cells),
                heads=len(heads),
            )
        told = dict.fromkeys(SPARE, "") | {
            ours[head]: cell.strip()
            for head, cell in zip(heads, cells, strict=True)
            if head in ours
        }
        rows.append((number, told))
    return rows


def _ours(heads: list[str], form: Form) -> dict[str, str]:
    ours = {theirs: name for name, theirs in form.columns.items()}
    csv_lines.require_columns(
        heads,
        needed=ours,
        known={*ours, *form.ignored},
        odd_words=noop("Unknown or doubled column: {strange}. Say in the policy what it is."),
        refusal=BadSettlement,
    )
    return ours


def _word(row: Row, form: Form) -> str:
    return form.kinds.get(row["kind"], "")


def _line(number: int, row: Row, currency: str, form: Form) -> Line:
    word = _word(row, form)
    if word not in OWN_WORDS or word in (HEAD, TOTAL):
        raise BadSettlement(
            noop("Line {line}: “{kind}” is no kind of line that we know."),
            line=number,
            kind=row["kind"],
        )
    if row["currency"] != currency:
        raise BadSettlement(
            noop(
                "Line {line} is in {theirs}, and the total in {currency}: one file, one currency."
            ),
            line=number,
            theirs=row["currency"] or "?",
            currency=currency or "?",
        )
    kind = LineKind(word)
    amount = _amount(row["amount"], number, currency, form)
    if form.signed and kind != LineKind.CORRECTION:
        if amount * SIGNS[kind] < 0:
            raise BadSettlement(
                noop("Line {line}: {amount} has the wrong sign for “{kind}”."),
                line=number,
                amount=row["amount"],
                kind=row["kind"],
            )
        amount = abs(amount)
    line = checked(
        Line(
            number=number,
            kind=kind,
            reference=_reference(row["reference"], number),
            about=_reference(row["about"], number) if row["about"] else "",
            at=_time(row["time"], number, form),
            amount=amount,
            fee=_kept(row["fee"], number, currency, form),
            reserve=_kept(row["reserve"], number, currency, form),
        ),
        currency,
    )
    _require_net(line, row, currency, form)
    return line


def _require_net(line: Line, row: Row, currency: str, form: Form) -> None:
    told = _amount(row["net"], line.number, currency, form, needed=True)
    if told != line.net:
        raise BadSettlement(
            noop("Line {line} says that {told} are left of it, and its figures make {made}."),
            line=line.number,
            told=f"{told:f}",
            made=f"{line.net:f}",
        )


def _require_total(found: Settlement, total: Row, at: int, form: Form) -> None:
    told = _amount(total["net"], at, found.currency, form, needed=True)
    if told != found.net:
        raise BadSettlement(
            noop("Its total is {told}, and its lines sum to {made}: the file is damaged or cut."),
            told=f"{told:f}",
            made=f"{found.net:f}",
        )
    count = total["about"]
    if (form.has_head or count) and count != str(len(found.lines)):
        raise BadSettlement(
            noop("It says that it has {told} lines and has {count}: the file is damaged or cut."),
            told=count or "?",
            count=len(found.lines),
        )


def _require_head(found: Settlement, head: tuple[int, Row] | None, total: Row) -> None:
    if head is not None and head[1]["currency"] != found.currency:
        raise BadSettlement(noop("Head and total are in two currencies."))
    if head is not None and total["reference"] != found.number:
        raise BadSettlement(
            noop("The head names settlement {first}, the total {last}: two files were mixed."),
            first=found.number,
            last=total["reference"] or "?",
        )
    if found.until < found.since:
        raise BadSettlement(noop("It ends before it begins."))


def _reference(text: str, number: int) -> str:
    if len(text) > LONGEST or not REFERENCE.fullmatch(text):
        raise BadSettlement(
            noop("Line {line}: “{text}” is no reference of at most {most} plain signs."),
            line=number,
            text=text,
            most=LONGEST,
        )
    return text


def _time(text: str, number: int, form: Form) -> datetime:
    try:
        at = datetime.strptime(text, form.time) if form.time else datetime.fromisoformat(text)  # noqa: DTZ007 - the form's zone follows
    except ValueError:
        at = None
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=form.zone)
    if at is None or not at > EARLIEST:
        raise BadSettlement(
            noop("Line {line}: “{text}” is no time such as 2026-11-08T12:00:00Z."),
            line=number,
            text=text,
        )
    return at.astimezone(UTC)


def _kept(text: str, number: int, currency: str, form: Form) -> Decimal:
    amount = _amount(text, number, currency, form)
    if amount < 0:
        raise BadSettlement(
            noop("Line {line}: what is kept has no sign, and {amount} has one."),
            line=number,
            amount=text,
        )
    return amount


def _amount(text: str, number: int, currency: str, form: Form, *, needed: bool = False) -> Decimal:
    if not text and not needed:
        return NOTHING
    plain = text.replace(".", "?").replace(",", ".") if form.decimal == "," else text
    if not AMOUNT.fullmatch(plain) or (form.minor and "." in plain):
        raise BadSettlement(
            noop("Line {line}: “{text}” is no amount."), line=number, text=text or "(empty)"
        )
    return Decimal(plain).scaleb(-digits(currency)) if form.minor else Decimal(plain)
