"""Runs the checks in the order of their numbers, and says which answers stop whom."""

from collections.abc import Callable, Iterable

from accounts.calc.checks import destination, freshness, funds, habits, person
from accounts.calc.checks.facts import Answer, Facts
from accounts.states import Verdict

WORST_FIRST = (Verdict.RED, Verdict.UNKNOWN, Verdict.AMBER, Verdict.GREEN)
#: Without these two nothing can be promised: nobody may approve past them.
BLOCKING = (1, 16)
ALL: tuple[Callable[[Facts], Answer], ...] = (
    funds.check_free_funds,
    funds.check_audit,
    funds.check_open_requests,
    destination.check_closed_loop,
    destination.check_requisite,
    destination.check_name,
    person.check_kyc,
    funds.check_credit,
    habits.check_trading,
    person.check_shared,
    destination.check_chargeback,
    freshness.check_freshness,
    person.check_cool_off,
    habits.check_limits,
    person.check_flags,
    habits.check_taken,
    funds.check_positions,
)


def run(facts: Facts) -> tuple[Answer, ...]:
    """Return the answers of all checks, in the order of their numbers."""
    return tuple(check(facts) for check in ALL)


def worst(answers: Iterable[Answer]) -> Answer:
    """Return the answer that matters most; the first of equals."""
    return min(answers, key=lambda answer: WORST_FIRST.index(answer.verdict))


def blocking(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the answers past which nobody may approve."""
    stops = (Verdict.RED, Verdict.UNKNOWN)
    return tuple(one for one in answers if one.number in BLOCKING and one.verdict in stops)


def needs_override(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the answers that only a right of its own gets past."""
    stops = (Verdict.RED, Verdict.UNKNOWN)
    return tuple(one for one in answers if one.number not in BLOCKING and one.verdict in stops)
