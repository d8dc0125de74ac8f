"""What would become of each line of a bulk file, as the mirror shows the accounts now."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.calc.bulk.reading import Line
from accounts.permissions import PREPARE_BULK
from accounts.terms.bulk import ONLY_WARNS, Purpose, Snag
from trading.queries import by_login
from trading.queries.by_login import ByLogin


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A line, the account that it is about, and what stands against it, if anything does."""

    line: Line
    account: ByLogin | None
    snag: Snag | None

    @property
    def can_be(self) -> bool:
        """Whether it can be carried out, as far as one sees now."""
        return self.snag is None or self.snag in ONLY_WARNS


def judged(
    user: Any, *, server_id: int, legal_entity_id: int, lines: Sequence[Line]
) -> list[Judged]:
    """Return every line with what stands against it; one query for all of them.

    Lines of one account are judged one after the other: each sees what the earlier ones left.
    """
    logins = {line.login for line in lines}
    known = by_login.accounts_of_logins(user, PREPARE_BULK, server_id, logins)
    return list(_judge(lines, known, legal_entity_id))


def _judge(
    lines: Sequence[Line], known: dict[int, ByLogin], legal_entity_id: int
) -> Iterator[Judged]:
    given: dict[tuple[int, bool], Decimal] = defaultdict(Decimal)
    seen: set[tuple[object, ...]] = set()
    for line in lines:
        account = known.get(line.login)
        pocket = (line.login, line.is_credit)
        snag = _barred(line, account, legal_entity_id)
        if account is not None and snag is None:
            snag = _short(line, account, given[pocket])
        if snag is None:
            given[pocket] += line.amount
            same = (line.login, line.amount, line.is_credit, line.purpose)
            snag = Snag.TWICE if same in seen else None
            seen.add(same)
        yield Judged(line=line, account=account, snag=snag)


def _barred(line: Line, account: ByLogin | None, legal_entity_id: int) -> Snag | None:
    """Return why the account takes no such line at all."""
    if account is None:
        return Snag.UNKNOWN_LOGIN
    if account.client_id is None:
        return Snag.NO_CLIENT
    if account.is_demo:
        return Snag.DEMO
    if account.legal_entity_id != legal_entity_id:
        return Snag.OTHER_ENTITY
    if account.currency != line.currency:
        return Snag.CURRENCY
    return None if account.is_open else Snag.CLOSED


def _short(line: Line, account: ByLogin, given: Decimal) -> Snag | None:
    """Return whether the amount does not fit what would be on the account by then."""
    after = (account.credit if line.is_credit else account.balance) + given + line.amount
    if line.amount < 0 and after < 0:
        return Snag.BELOW_ZERO
    if line.purpose is Purpose.NEGATIVE_BALANCE and (after > 0 or account.has_positions):
        return Snag.NOT_NEGATIVE
    return None
