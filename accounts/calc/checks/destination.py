"""Where the money goes: closed loop, requisite, its holder, money by card: 4, 5, 6, 13."""

from collections.abc import Iterable
from datetime import timedelta

from accounts.calc.checks.facts import NOTHING, Answer, Facts, answer, money
from accounts.calc.closed_loop import Line, Route
from accounts.states import MethodKind, Verdict
from backoffice.core.words import noop
from crm.calc.contacts import name_key


def check_closed_loop(facts: Facts) -> Answer:
    """4: money goes back first to where it came from; the binding is the split itself."""
    loop = facts.loop
    if loop is None:
        return Answer(number=4, verdict=Verdict.UNKNOWN, sentence=NO_SOURCES, facts={})
    told = {
        "lines": _told(facts, loop.lines),
        "count": str(len(loop.lines)),
        "elsewhere": _told(facts, loop.elsewhere),
        "above": _told(facts, loop.above),
        "unknown": _sum(facts, loop.lines, Route.UNKNOWN),
        "proof": _sum(facts, loop.lines, Route.PROOF),
        "received": _sum(facts, loop.lines, Route.RECEIVED),
        "converted": _sum(facts, loop.lines, Route.CONVERTED),
        "reason": loop.reason,
    }
    verdict, sentence = _worst_of(facts)
    return answer(4, verdict, sentence, told, binding=(verdict, told["lines"], loop.reason))


def _worst_of(facts: Facts) -> tuple[Verdict, str]:
    loop = facts.loop
    assert loop is not None  # noqa: S101 - the caller asked
    routes = {one.route for one in loop.lines}
    is_received = Route.RECEIVED in routes
    if loop.above:
        return Verdict.RED, noop("More than the source is owed by now: {above}")
    if is_received and facts.method_kind != MethodKind.BANK_WIRE:
        return Verdict.RED, NO_BANK
    if loop.reason:
        sentence = noop("{proof} not back to its sources, because: {reason}")
        return Verdict.AMBER, sentence
    if is_received:
        return Verdict.AMBER, PAID_BEFORE if _is_proved(facts) else FIRST_TIME
    for route, sentence in WAYS:
        if route in routes:
            return Verdict.AMBER, sentence
    if loop.elsewhere:
        return Verdict.GREEN, noop("Back to its sources first: {elsewhere}")
    return Verdict.GREEN, noop("{count} lines, none above what its source is owed")


def _is_proved(facts: Facts) -> bool:
    """Say whether the place was this client's before: paid, or money came from it."""
    return facts.requisite.paid > 0 or facts.requisite.is_source


def _told(facts: Facts, lines: Iterable[Line]) -> str:
    return ", ".join(f"{one.label or one.source} {money(facts, one.amount)}" for one in lines)


def _sum(facts: Facts, lines: Iterable[Line], route: Route) -> str:
    return money(facts, sum((one.amount for one in lines if one.route is route), NOTHING))


def check_requisite(facts: Facts) -> Answer:
    """5: the money goes where it went before, and where no other client's went."""
    use = facts.requisite
    told = {"paid": str(use.paid), "others": str(use.other_clients)}
    if use.other_clients:
        verdict, sentence = Verdict.RED, noop("Used by {others} other clients")
        if use.other_clients == 1:
            sentence = noop("Used by another client")
    elif use.paid:
        verdict, sentence = Verdict.GREEN, noop("Paid {paid} × before, to this client only")
    else:
        verdict, sentence = Verdict.AMBER, noop("First use")
    return answer(5, verdict, sentence, told, binding=(verdict, told["others"]))


def check_name(facts: Facts) -> Answer:
    """6: the requisite's holder is the client; no third party is ever paid."""
    if facts.client is None or not facts.holder:
        return Answer(number=6, verdict=Verdict.UNKNOWN, sentence=NOT_TOLD, facts={})
    told = {"holder": facts.holder, "client": facts.client.name}
    if name_key(facts.holder) == name_key(facts.client.name):
        return answer(6, Verdict.GREEN, noop("{holder} is the holder"), told, binding=("same",))
    sentence = noop("The holder {holder} is not the client {client}")
    return answer(6, Verdict.RED, sentence, told, binding=(Verdict.RED, facts.holder))


def check_chargeback(facts: Facts) -> Answer:
    """13: nothing is called back, and no card money is so young that it still can be."""
    if facts.disputed or facts.charged_back:
        counts = {"open": str(facts.disputed), "taken": str(facts.charged_back)}
        sentence = noop("Disputes of this client: {open} open, {taken} lost within a year")
        binding = (Verdict.RED, counts["open"], counts["taken"])
        return answer(13, Verdict.RED, sentence, counts, binding=binding)
    days, paid_at = facts.limits.chargeback_days, facts.card_paid_at
    age = None if paid_at is None else max(0, (facts.now - paid_at).days)
    told = {"days": str(days), "age": "" if age is None else str(age)}
    if paid_at is None:
        return answer(13, Verdict.GREEN, noop("No money came by card"), told, binding=("none",))
    if facts.now - paid_at <= timedelta(days=days):
        verdict = Verdict.AMBER
        sentence = noop("Card money is {age} days old: it can be called back for {days} days")
    else:
        verdict, sentence = Verdict.GREEN, noop("The youngest card money is {age} days old")
    return answer(13, verdict, sentence, told, binding=(verdict,))


WAYS = (
    (Route.PROOF, noop("{proof} cannot go back to its source: another way, with proof")),
    (Route.UNKNOWN, noop("{unknown} came before our books: nobody knows by which way")),
    (Route.CONVERTED, noop("{converted} was converted: its source is in another currency")),
)
NO_BANK = noop("{received} came from other clients: only by wire to the client's own bank account")
FIRST_TIME = noop("{received} came from other clients: prove whose this bank account is")
PAID_BEFORE = noop("{received} came from other clients: to a bank account known as the client's")
NO_SOURCES = noop("Where the money came from was not looked up")
NOT_TOLD = noop("The holder is not known")
