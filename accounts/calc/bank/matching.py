"""From whom a row of the bank could be: suggestions with their evidence, the best first. Pure.

Points only order them; what a person reads, and what makes a match sure, is the evidence itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from accounts.calc.bank import reference
from accounts.calc.bank.reference import DEPOSIT, PAYOUT, Reference
from accounts.calc.bank.statement import account_key
from backoffice.core.words import noop
from crm.calc.contacts import name_key

MOST = 6
#: Fewer points than this are no suggestion: one equal amount alone names nobody.
LEAST = 30


class Clue(StrEnum):
    """One thing that speaks for or against a match."""

    REFERENCE = "reference"
    TYPO = "typo"
    OTHER_REFERENCE = "other_reference"
    BANK_REFERENCE = "bank_reference"
    AMOUNT = "amount"
    OTHER_AMOUNT = "other_amount"
    OTHER_CURRENCY = "other_currency"
    NAME = "name"
    PART_NAME = "part_name"
    OTHER_NAME = "other_name"
    SEEN = "seen"
    LOGIN = "login"
    ENDED = "ended"
    CAME_BACK = "came_back"


CLUES: dict[str, str] = {
    Clue.REFERENCE: noop("Its reference {reference} is in the text, check digits right."),
    Clue.TYPO: noop("The text has {wrong}: one sign from its reference {reference}."),
    Clue.OTHER_REFERENCE: noop("The text has the reference of another one: {reference}."),
    Clue.BANK_REFERENCE: noop("The text has the bank's reference of the payout: {reference}."),
    Clue.AMOUNT: noop("The amount is the same."),
    Clue.OTHER_AMOUNT: noop("Expected were {expected}: {difference} differ."),
    Clue.OTHER_CURRENCY: noop("Expected was another currency: {currency}."),
    Clue.NAME: noop("The name is the same."),
    Clue.PART_NAME: noop("The name is the same in part: {name}."),
    Clue.OTHER_NAME: noop("The name is another one: {name}."),
    Clue.SEEN: noop("This client paid in from this bank account before."),
    Clue.LOGIN: noop("The text has the number of the trading account: {login}."),
    Clue.ENDED: noop("It had ended: what came is a new deposit, which somebody else decides."),
    Clue.CAME_BACK: noop("The bank says that money came back ({reason})."),
}
POINTS: dict[Clue, int] = {
    Clue.REFERENCE: 100,
    Clue.BANK_REFERENCE: 80,
    Clue.TYPO: 60,
    Clue.SEEN: 40,
    Clue.LOGIN: 40,
    Clue.NAME: 30,
    Clue.AMOUNT: 20,
    Clue.PART_NAME: 15,
    Clue.CAME_BACK: 15,
    Clue.OTHER_AMOUNT: -5,
    Clue.OTHER_NAME: -10,
    Clue.ENDED: -15,
    Clue.OTHER_CURRENCY: -40,
    Clue.OTHER_REFERENCE: -60,
}
#: Without one of these, money that came in is no payout that came back.
CAME_BACK = frozenset({Clue.REFERENCE, Clue.TYPO, Clue.BANK_REFERENCE, Clue.CAME_BACK})
AGAINST = frozenset(clue for clue, points in POINTS.items() if points < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What a row says. `text` is everything free that the bank passed on, the end-to-end id too."""

    amount: Decimal
    currency: str
    name: str
    account: str
    text: str
    returns: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a row could be about: a deposit that is waited for, or a payout that went out.

    `accounts`: keys of bank accounts that this client paid from. `is_open`: not ended.
    """

    kind: str
    number: int
    amount: Decimal
    currency: str
    name: str
    login: str = ""
    bank_reference: str = ""
    accounts: frozenset[str] = frozenset()
    is_open: bool = True

    @property
    def reference(self) -> str:
        """The reference that belongs into the transfer's text."""
        return reference.written(self.kind, self.number)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One clue with its facts, for the sentence in CLUES."""

    clue: Clue
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_against(self) -> bool:
        """Whether it speaks against the match."""
        return self.clue in AGAINST


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One possible match. `is_sure`: nothing speaks against it, and no other could be meant."""

    waiting: Waiting
    evidence: tuple[Evidence, ...]
    points: int
    is_sure: bool = False


def suggestions(came: Came, waiting: Iterable[Waiting]) -> tuple[Suggestion, ...]:
    """Return who a row could be from, the best first, six at most."""
    named = reference.references_in(came.text)
    typos = reference.typos_in(came.text)
    weighed = [_weighed(came, one, named, typos) for one in waiting]
    found = [one for one in weighed if one.points >= LEAST]
    found.sort(key=lambda one: (-one.points, one.waiting.kind, one.waiting.number))
    return tuple(_sure(one, nth, named) for nth, one in enumerate(found[:MOST]))


def _weighed(
    came: Came, one: Waiting, named: tuple[Reference, ...], typos: tuple[str, ...]
) -> Suggestion:
    evidence = tuple(
        clue
        for clue in (
            _by_reference(one, named, typos),
            _by_bank_reference(came, one),
            *_by_amount(came, one),
            _by_name(came, one),
            _by_account(came, one),
            _by_login(came, one),
            Evidence(Clue.CAME_BACK, {"reason": came.returns})
            if came.returns and one.kind == PAYOUT
            else None,
            None if one.is_open else Evidence(Clue.ENDED),
        )
        if clue is not None
    )
    points = sum(POINTS[clue.clue] for clue in evidence)
    if one.kind == PAYOUT and came.amount > 0 and not CAME_BACK & {one.clue for one in evidence}:
        points = 0  # equal names and amounts alone make no returned payout
    return Suggestion(waiting=one, evidence=evidence, points=points)


def _by_reference(
    one: Waiting, named: tuple[Reference, ...], typos: tuple[str, ...]
) -> Evidence | None:
    if Reference(one.kind, one.number) in named:
        return Evidence(Clue.REFERENCE, {"reference": one.reference})
    near = next((wrong for wrong in typos if reference.is_near(wrong, one.reference)), None)
    if near is not None:
        return Evidence(Clue.TYPO, {"wrong": near, "reference": one.reference})
    if named:
        return Evidence(Clue.OTHER_REFERENCE, {"reference": str(named[0])})
    return None


def _by_bank_reference(came: Came, one: Waiting) -> Evidence | None:
    plain = account_key(one.bank_reference)
    if len(plain) < 5 or plain not in account_key(came.text):
        return None
    return Evidence(Clue.BANK_REFERENCE, {"reference": one.bank_reference})


def _by_amount(came: Came, one: Waiting) -> tuple[Evidence, ...]:
    if came.currency != one.currency:
        return (Evidence(Clue.OTHER_CURRENCY, {"currency": one.currency}),)
    moved = abs(came.amount)
    if moved == one.amount:
        return (Evidence(Clue.AMOUNT),)
    told = {
        "expected": f"{one.amount:.2f} {one.currency}",
        "difference": f"{moved - one.amount:.2f} {one.currency}",
    }
    return (Evidence(Clue.OTHER_AMOUNT, told),)


def _by_name(came: Came, one: Waiting) -> Evidence | None:
    theirs, ours = set(name_key(came.name).split()), set(name_key(one.name).split())
    if not theirs or not ours:
        return None
    if theirs == ours:
        return Evidence(Clue.NAME)
    both = {word for word in theirs & ours if len(word) > 2}
    clue = Clue.PART_NAME if both else Clue.OTHER_NAME
    return Evidence(clue, {"name": came.name[:80]})


def _by_account(came: Came, one: Waiting) -> Evidence | None:
    is_known = bool(came.account) and came.account in one.accounts
    return Evidence(Clue.SEEN) if is_known else None


def _by_login(came: Came, one: Waiting) -> Evidence | None:
    is_there = len(one.login) >= 4 and one.login in came.text.replace("/", " ").split()
    return Evidence(Clue.LOGIN, {"login": one.login}) if is_there else None


def _sure(one: Suggestion, nth: int, named: tuple[Reference, ...]) -> Suggestion:
    """Mark the best as sure: its one reference, the same amount, a known name or account."""
    clues = {clue.clue for clue in one.evidence}
    is_sure = (
        nth == 0
        and len(named) == 1
        and one.waiting.kind == DEPOSIT
        and {Clue.REFERENCE, Clue.AMOUNT} <= clues
        and bool({Clue.NAME, Clue.SEEN} & clues)
        and not AGAINST & clues
    )
    return Suggestion(
        waiting=one.waiting, evidence=one.evidence, points=one.points, is_sure=is_sure
    )
