"""Reads camt.053, the ISO 20022 statement in XML, of every version since 2. Pure.

defusedxml parses: a document type, an entity or a reference to the outside is refused before
anything is expanded. Of the schema we read what every version has in the same place, and where
versions differ (the party's name, the status) both places.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from accounts.calc.bank.statement import (
    LONGEST_TEXT,
    BadStatement,
    Row,
    Statement,
    amount_of,
    checked,
)
from backoffice.core.words import noop

SPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d")
IN, OUT = "CRDT", "DBIT"
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
BOOKED = "BOOK"


def read(body: bytes) -> tuple[Statement, ...]:
    """Return the statements of a file, each checked; BadStatement with one sentence otherwise."""
    root = _root(body)
    space = root.tag.partition("}")[0].lstrip("{")
    if SPACE.fullmatch(space) is None or _plain(root) != "Document":
        raise BadStatement(noop("This is XML, but no camt.053 statement: export it as camt.053."))
    _strip(root)
    _require_whole(root)
    found = tuple(_statement(one) for one in root.findall("BkToCstmrStmt/Stmt"))
    if not found:
        raise BadStatement(noop("There is no statement in this file."))
    return found


def _root(body: bytes) -> Element:
    try:
        root: Element = ElementTree.fromstring(
            body, forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
    except DefusedXmlException as error:
        sentence = noop(
            "The file carries a document type or entities, which no bank sends: refused."
        )
        raise BadStatement(sentence) from error
    except (ParseError, ValueError, LookupError) as error:
        sentence = noop("The file is damaged: it cannot be read as XML ({why}).")
        raise BadStatement(sentence, why=str(error)[:80]) from error
    return root


def _strip(root: Element) -> None:
    for element in root.iter():
        element.tag = _plain(element)


def _plain(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _require_whole(root: Element) -> None:
    pages = root.find("BkToCstmrStmt/GrpHdr/MsgPgntn")
    if pages is not None and (_text(pages, "LastPgInd") != "true" or _text(pages, "PgNb") != "1"):
        sentence = noop(
            "This is page {page} of several: ask the bank for the statement in one file."
        )
        raise BadStatement(sentence, page=_text(pages, "PgNb")[:10])


def _statement(stmt: Element) -> Statement:
    balances = dict(_balances(stmt))
    opening = next((balances[code] for code in OPENING if code in balances), None)
    closing = next((balances[code] for code in CLOSING if code in balances), None)
    if opening is None or closing is None:
        raise BadStatement(noop("The statement lacks its opening or its closing balance."))
    (opened_on, begins, currency), (closed_on, ends, other) = opening, closing
    told = _text(stmt, "Acct/Ccy") or currency
    if {told, other} != {currency}:
        raise BadStatement(noop("Its balances are in more than one currency."))
    entries = [one for one in stmt.findall("Ntry") if _status(one) == BOOKED]
    count, total = (
        _text(stmt, "TxsSummry/TtlNtries/NbOfNtries"),
        _text(stmt, "TxsSummry/TtlNtries/Sum"),
    )
    _check_entries(entries, count, total)
    return checked(
        Statement(
            ident=_text(stmt, "Id")[:64],
            account=_text(stmt, "Acct/Id/IBAN") or _text(stmt, "Acct/Id/Othr/Id"),
            currency=currency,
            sequence=_number(_text(stmt, "ElctrncSeqNb") or _text(stmt, "LglSeqNb")),
            opened_on=opened_on,
            closed_on=closed_on,
            opening=begins,
            closing=ends,
            rows=tuple(row for entry in entries for row in _rows(entry, currency)),
        )
    )


def _check_entries(entries: list[Element], count: str, total: str) -> None:
    """Hold the bank's own summary against its entries, where it has one."""
    if count and _number(count) != len(entries):
        raise BadStatement(
            noop("It says that it has {told} entries and has {count}: ask the bank for it again."),
            told=count[:12],
            count=str(len(entries)),
        )
    moved = sum((amount_of(_text(one, "Amt")) for one in entries), Decimal(0))
    if total and amount_of(total) != moved:
        raise BadStatement(
            noop("It says that its entries sum to {told}, and they sum to {moved}."),
            told=total[:20],
            moved=f"{moved:f}",
        )


def _balances(stmt: Element) -> Iterator[tuple[str, tuple[date, Decimal, str]]]:
    for balance in stmt.findall("Bal"):
        code = _text(balance, "Tp/CdOrPrtry/Cd")
        amount = balance.find("Amt")
        currency = amount.get("Ccy", "") if amount is not None else ""
        day = _day(_text(balance, "Dt/Dt") or _text(balance, "Dt/DtTm"))
        yield code, (day, _signed(balance), currency)


def _rows(entry: Element, currency: str) -> list[Row]:
    """Return an entry as one row, or a collective entry as one row for each of its payments."""
    amount = entry.find("Amt")
    if amount is None or amount.get("Ccy") != currency:
        raise BadStatement(noop("A row is in another currency than the statement."))
    whole = _signed(entry)
    details = entry.findall("NtryDtls/TxDtls")
    parts = [_part(one, entry, currency) for one in details]
    if len(details) > 1 and None not in parts and sum(p or 0 for p in parts) == whole:
        name = _reference(entry, None)
        return [
            _row(entry, one, part or whole, _text(one, "Refs/AcctSvcrRef") or _nth(name, nth))
            for nth, (one, part) in enumerate(zip(details, parts, strict=True), start=1)
        ]
    first = details[0] if details else None
    return [_row(entry, first, whole, _reference(entry, first))]


def _nth(name: str, nth: int) -> str:
    """Return the name of one payment of a collective entry; "" when the entry has none."""
    return f"{name}/{nth}" if name else ""


def _part(details: Element, entry: Element, currency: str) -> Decimal | None:
    """Return the share of one payment in a collective entry, signed; None where it is not told."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = details.find(path)
        if found is not None and found.get("Ccy") == currency:
            way = _text(details, "CdtDbtInd") or _text(entry, "CdtDbtInd")
            return amount_of(found.text or "") * (1 if way == IN else -1)
    return None


def _reference(entry: Element, details: Element | None) -> str:
    told = _text(entry, "AcctSvcrRef")
    if not told and details is not None:
        told = _text(details, "Refs/AcctSvcrRef")
    return "" if told in ("NOTPROVIDED", "NONREF") else told


def _row(entry: Element, details: Element | None, amount: Decimal, reference: str) -> Row:
    party = "Dbtr" if amount > 0 else "Cdtr"
    about = details if details is not None else Element("none")
    end_to_end = _text(about, "Refs/EndToEndId")
    structured = [_text(one, "CdtrRefInf/Ref") for one in about.findall("RmtInf/Strd")]
    free = [one.text or "" for one in about.findall("RmtInf/Ustrd")]
    text = " ".join(filter(None, (*structured, *free))) or _text(entry, "AddtlNtryInf")
    reason = _text(about, "RtrInf/Rsn/Cd") or _text(about, "RtrInf/Rsn/Prtry")
    is_reversal = _text(entry, "RvslInd") in ("true", "1")
    return Row(
        reference=reference,
        amount=amount,
        booked_on=_day(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm")),
        value_on=_day(
            _text(entry, "ValDt/Dt") or _text(entry, "ValDt/DtTm")
            or _text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm")
        ),
        code=_code(entry),
        name=_party(about, party)[:160],
        account=(
            _text(about, f"RltdPties/{party}Acct/Id/IBAN")
            or _text(about, f"RltdPties/{party}Acct/Id/Othr/Id")
        )[:64],
        end_to_end="" if end_to_end == "NOTPROVIDED" else end_to_end[:64],
        text=text[:LONGEST_TEXT],
        charges=_charges(about if len(entry.findall("NtryDtls/TxDtls")) > 1 else entry, about),
        returns=(reason or ("RVSL" if is_reversal else ""))[:40],
    )  # fmt: skip


def _party(about: Element, party: str) -> str:
    return _text(about, f"RltdPties/{party}/Nm") or _text(about, f"RltdPties/{party}/Pty/Nm")


def _code(entry: Element) -> str:
    domain = [_text(entry, f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return ("-".join(filter(None, domain)) or _text(entry, "BkTxCd/Prtry/Cd"))[:40]


def _charges(entry: Element, about: Element) -> Decimal:
    """Return what the banks on the way kept of the payment, where they tell."""
    for place in (about, entry):
        told = [_text(one, "Amt") for one in place.findall("Chrgs/Rcrd")]
        told = told or [_text(one, "Amt") for one in place.findall("Chrgs") if _text(one, "Amt")]
        if told:
            return sum((amount_of(one) for one in told), Decimal(0))
    return Decimal(0)


def _signed(element: Element) -> Decimal:
    way = _text(element, "CdtDbtInd")
    if way not in (IN, OUT):
        raise BadStatement(noop("An amount does not say whether it came in or went out."))
    return amount_of(_text(element, "Amt")) * (1 if way == IN else -1)


def _status(entry: Element) -> str:
    return _text(entry, "Sts/Cd") or _text(entry, "Sts")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise BadStatement(noop("“{text}” is no date."), text=text[:20]) from error


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _text(element: Any, path: str) -> str:
    found = element.find(path)
    return (found.text or "").strip() if found is not None else ""
