"""What may leave a place by a transfer: the free-funds check of withdrawals, on the source."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.calc import checks
from accounts.calc.transfer_rules import Rules, rules_of
from accounts.ledger import balances
from accounts.models import LedgerAccount
from accounts.queries import books
from accounts.queries.books import Stand
from accounts.queries.checks import figures_of
from accounts.queries.past import CHECKS
from backoffice.company.queries.policies import policy_in_force

POLICY = "transfers"
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """What is free of a place; None: MetaTrader's figures are not known.

    `left` is that less what other open requests hold. `age` in seconds; `is_stale`: too old to
    move money on.
    """

    free: Decimal | None
    left: Decimal | None
    age: int
    is_stale: bool


def of_account(stand: Stand, *, now: datetime) -> Funds:
    """Return what may leave a trading account: both MetaTrader and the books must have it."""
    figures = figures_of(stand.market.money)
    policy = policy_in_force(CHECKS, at=now, legal_entity_id=stand.books.legal_entity_id)
    limits = checks.limits_of(policy.value if policy is not None else {})
    blocked = limits.quiet_blocked_seconds if figures.is_quiet else limits.blocked_seconds
    age = 0
    if figures.figures_at is not None:
        age = max(0, int((now - figures.figures_at).total_seconds()))
    free = checks.free_funds(figures)
    left = None
    if free is not None:
        audit, running = books.audit(stand), balances.running(stand.books.funds)
        left = max(NOTHING, min(free - running.reserved, audit.available))
    is_stale = figures.figures_at is None or age > blocked
    return Funds(free=free, left=left, age=age, is_stale=is_stale)


def of_wallet(wallet: LedgerAccount) -> Funds:
    """Return what may leave a wallet: no price moves it, so it is always known."""
    balance = balances.of(wallet)
    left = max(NOTHING, balance.available)
    return Funds(free=left, left=left, age=0, is_stale=False)


def rules_for(legal_entity_id: int, now: datetime) -> Rules:
    """Return the rules in force for transfers of a legal entity."""
    policy = policy_in_force(POLICY, at=now, legal_entity_id=legal_entity_id)
    return rules_of(policy.value if policy is not None else {})
