"""What is announced about our bank accounts: files, statements, and what each row was for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from accounts.terms import FILE_LABELS, USE_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class BankAccountOpened(Event):
    """A legal entity has an account at a bank; wires of one of its methods come in there."""

    name: ClassVar[str] = "accounts.bank_account.opened"
    sentence: ClassVar[str] = noop("{actor} entered bank account {bank_account_id} in {currency}")

    bank_account_id: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class BankFileKept(Event):
    """A statement file was handed in: kept as it is, judged next."""

    name: ClassVar[str] = "accounts.bank_file.kept"
    sentence: ClassVar[str] = noop("{actor} handed in bank file {file_id} of {size} bytes")

    file_id: int
    size: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class BankFileJudged(Event):
    """A statement file was taken into the books, or refused with nothing posted."""

    name: ClassVar[str] = "accounts.bank_file.judged"
    sentence: ClassVar[str] = noop("Bank file {file_id}: {outcome}; {rows} new rows. {words}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": FILE_LABELS}

    file_id: int
    outcome: str
    rows: int
    words: str


@dataclass(frozen=True, kw_only=True)
class BankRowUsed(Event):
    """Somebody said what a row of the bank was for, and it left suspense."""

    name: ClassVar[str] = "accounts.bank_row.used"
    sentence: ClassVar[str] = noop("{actor} took row B{row_id} of {amount} {currency} as {use}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"use": USE_LABELS}

    row_id: int
    amount: Decimal
    currency: str
    use: str


@dataclass(frozen=True, kw_only=True)
class BankRowProposed(Event):
    """Somebody wants a row to be used in a way that takes two; nothing moved yet."""

    name: ClassVar[str] = "accounts.bank_row.proposed"
    sentence: ClassVar[str] = noop(
        "{actor} proposed for row B{row_id} of {amount} {currency}: {use}, "
        "the house bears {fee} ({reason})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"use": USE_LABELS}

    row_id: int
    amount: Decimal
    currency: str
    use: str
    fee: Decimal
    reason: str


@dataclass(frozen=True, kw_only=True)
class BankRowFreed(Event):
    """What a row was for is taken back: it is nobody's again."""

    name: ClassVar[str] = "accounts.bank_row.freed"
    sentence: ClassVar[str] = noop(
        "{actor} freed row B{row_id} of {amount} {currency}, which was {use}: {reason}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"use": USE_LABELS}

    row_id: int
    amount: Decimal
    currency: str
    use: str
    reason: str
