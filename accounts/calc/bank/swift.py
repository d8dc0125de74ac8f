"""Reads MT940, SWIFT's statement in text, through the library mt-940. Pure.

The library reads tags; what a statement is stands here: pages of one statement are joined, the
narrative (`:86:`) is taken apart in its three dialects, and nothing is dropped silently, because
the balances have to fit. Its own door `parse()` opens files by name and is not used.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from mt940.models import Transactions
from mt940.options import Options

from accounts.calc.bank.statement import (
    LONGEST_TEXT,
    BadStatement,
    Row,
    Statement,
    account_key,
    checked,
)
from backoffice.core.words import noop

# What it cannot read it writes into the log in full, and that is people's names and accounts.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)

MESSAGE = re.compile(r"(?m)^(?=:20:)")
LINE = re.compile(r"(?m)^:61:")
ENVELOPE = re.compile(
    r"\{[1-5]:[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}|\{4:|^-\}?[ \t]*$", re.MULTILINE
)
#: `/NAME/Ana Ruiz/IBAN/ES91…/REMI/text`: a word of four capitals between slashes.
CODE = re.compile(r"/(NAME|IBAN|EREF|REMI|CNTP|ORDP|BENM|RTRN|CHGS)/")
REVERSED = ("RC", "RD")
NO_REFERENCE = ("NONREF", "NOTPROVIDED", "")
UNREADABLE = (
    RuntimeError, ValueError, ArithmeticError, KeyError, IndexError, AttributeError, TypeError,
)  # fmt: skip


def read(body: bytes) -> tuple[Statement, ...]:
    """Return the statements of a file, each checked; BadStatement with one sentence otherwise."""
    text = ENVELOPE.sub("", _decoded(body).replace("\r\n", "\n").replace("\r", "\n"))
    pages = [_page(part) for part in MESSAGE.split(text) if part.startswith(":20:")]
    if not pages:
        raise BadStatement(noop("There is no statement in this file."))
    return tuple(checked(one) for one in _joined(pages))


def _decoded(body: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadStatement(noop("The file is damaged: it is no text."))


def _page(text: str) -> tuple[Statement, bool, bool]:
    """Return one message as a statement; whether it begins one, and whether it ends one."""
    try:
        read = Transactions(options=Options.all())
        read.parse(text)
        return _stated(read, len(LINE.findall(text)))
    except BadStatement:
        raise
    except UNREADABLE as error:
        sentence = noop("The file is damaged: a line cannot be read as MT940. Ask for it again.")
        raise BadStatement(sentence) from error


def _stated(read: Transactions, lines: int) -> tuple[Statement, bool, bool]:
    told = read.data
    opening = told.get("final_opening_balance") or told.get("intermediate_opening_balance")
    closing = told.get("final_closing_balance") or told.get("intermediate_closing_balance")
    if opening is None or closing is None:
        raise BadStatement(noop("The statement lacks its opening or its closing balance."))
    if len(read.transactions) != lines:
        raise BadStatement(noop("The file is damaged: not every row can be read."))
    currency = str(opening.amount.currency)
    if closing.amount.currency != currency:
        raise BadStatement(noop("Its balances are in more than one currency."))
    number = str(told.get("statement_number") or "")
    statement = Statement(
        ident=f"{told.get('transaction_reference', '')} {number}".strip()[:64],
        account=_account(str(told.get("account_identification") or "")),
        currency=currency,
        sequence=int(number) if number.isdecimal() else None,
        opened_on=_plain(opening.date),
        closed_on=_plain(closing.date),
        opening=opening.amount.amount,
        closing=closing.amount.amount,
        rows=tuple(_row(one.data) for one in read.transactions),
    )
    return statement, "final_opening_balance" in told, "final_closing_balance" in told


def _joined(pages: Iterable[tuple[Statement, bool, bool]]) -> Iterator[Statement]:
    """Join the pages of one statement; BadStatement when a page is missing or does not fit."""
    whole: Statement | None = None
    for page, begins, ends in pages:
        if (whole is None) != begins:
            raise BadStatement(noop("A page of the statement is missing: export it whole."))
        if whole is not None:
            if (page.account, page.opening) != (whole.account, whole.closing):
                raise BadStatement(noop("The pages of the statement do not follow each other."))
            page = replace(
                page,
                opened_on=whole.opened_on,
                opening=whole.opening,
                rows=(*whole.rows, *page.rows),
            )
        whole = None if ends else page
        if ends:
            yield page
    if whole is not None:
        raise BadStatement(noop("The last page of the statement is missing: export it whole."))


def _account(told: str) -> str:
    """Return the account's number: an IBAN as it is, else what stands behind the bank's code."""
    plain = re.sub(r"[A-Z]{3}$", "", told.strip()) if "/" in told else told.strip()
    return account_key(plain.rpartition("/")[2])


def _row(told: dict[str, Any]) -> Row:
    narrative = str(told.get("transaction_details") or "")
    codes = _codes(narrative)
    bank = str(told.get("bank_reference") or "").strip()
    customer = str(told.get("customer_reference") or "").strip()
    return Row(
        reference="" if bank in NO_REFERENCE else bank,
        amount=told["amount"].amount,
        booked_on=_plain(told.get("entry_date") or told["date"]),
        value_on=_plain(told["date"]),
        code=str(told.get("id") or "")[:40],
        name=_name(told, codes)[:160],
        account=_other(told, codes)[:64],
        end_to_end=_end_to_end(told, codes, customer)[:64],
        text=_text(told, codes, narrative)[:LONGEST_TEXT],
        charges=Decimal(0),
        returns=_returned(told, codes),
    )


def _codes(narrative: str) -> dict[str, str]:
    parts = CODE.split(narrative.replace("\n", ""))
    return {code: text.strip(" /") for code, text in zip(parts[1::2], parts[2::2], strict=True)}


def _name(told: dict[str, Any], codes: dict[str, str]) -> str:
    counterparty = codes.get("CNTP", "").split("/")
    known = told.get("applicant_name") or codes.get("NAME") or codes.get("ORDP") or ""
    return str(known or (counterparty[2] if len(counterparty) > 2 else ""))


def _other(told: dict[str, Any], codes: dict[str, str]) -> str:
    counterparty = codes.get("CNTP", "").split("/")[0]
    known = told.get("applicant_iban") or told.get("gvc_applicant_iban") or codes.get("IBAN")
    return account_key(str(known or counterparty))


def _end_to_end(told: dict[str, Any], codes: dict[str, str], customer: str) -> str:
    known = told.get("end_to_end_reference") or codes.get("EREF") or ""
    return str(known or ("" if customer in NO_REFERENCE else customer)).strip()


def _text(told: dict[str, Any], codes: dict[str, str], narrative: str) -> str:
    """Return what the sender wrote, or where nothing tells it apart the whole narrative."""
    known = told.get("purpose") or codes.get("REMI") or ""
    extra = str(told.get("extra_details") or "")
    return " ".join(filter(None, (str(known) or narrative.replace("\n", " "), extra))).strip()


def _returned(told: dict[str, Any], codes: dict[str, str]) -> str:
    is_back = told.get("status") in REVERSED or told.get("return_debit_notes")
    reason = codes.get("RTRN") or ""
    return (reason or ("RVSL" if is_back else ""))[:40]


def _plain(day: Any) -> date:
    return date(day.year, day.month, day.day)
