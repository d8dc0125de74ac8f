"""The checks of a withdrawal: what each says about the figures it is given. Pure.

Each answers with a verdict, a sentence (a template; `facts` hold its words) and what an approval of
it is bound to: figures that move with every price are shown, but only their verdict binds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from accounts.states import Verdict
from backoffice.core.money import rounded
from backoffice.core.words import noop

NOTHING = Decimal(0)
PERCENT = Decimal(100)
WORST_FIRST = (Verdict.RED, Verdict.UNKNOWN, Verdict.AMBER, Verdict.GREEN)
#: Without these two nothing can be promised: nobody may approve past them.
BLOCKING = (1, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What separates green from amber and red; seconds, hundredths of a lot."""

    fresh_seconds: int = 10
    blocked_seconds: int = 20
    quiet_fresh_seconds: int = 60
    quiet_blocked_seconds: int = 300
    few_volume_hundredths: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The account in MetaTrader; None is not known. `figures_at`: when it was true at the latest.

    An account without open positions is quiet: no price moves its figures.
    """

    balance: Decimal
    credit: Decimal
    equity: Decimal | None
    margin: Decimal | None
    free_margin: Decimal | None
    margin_call_percent: Decimal
    is_quiet: bool
    figures_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the books expect MetaTrader's balance to be, what it is, and what is in flight."""

    expected: Decimal
    balance: Decimal
    in_flight: Decimal
    available: Decimal

    @property
    def gap(self) -> Decimal:
        """Return by how much MetaTrader has more than the books can explain."""
        return self.balance - self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another open request on the same account."""

    payment_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisiteUse:
    """How often the requisite was paid for this client, and how many others named it."""

    paid: int
    other_clients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the checks look at."""

    amount: Decimal
    currency: str
    now: datetime
    figures: Figures | None
    audit: Audit | None
    others: tuple[Other, ...]
    requisite: RequisiteUse
    trades: int
    volume_hundredths: int
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one check says. `binding` are the facts that an approval is bound to, as text."""

    number: int
    verdict: Verdict
    sentence: str
    facts: dict[str, str]
    binding: tuple[str, ...] = ()
    figures_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What happens to the margin: a figure now, and after the withdrawal."""

    equity: tuple[Decimal, Decimal]
    margin: tuple[Decimal, Decimal]
    free_margin: tuple[Decimal, Decimal]
    level: tuple[Decimal | None, Decimal | None]


def free_funds(figures: Figures) -> Decimal | None:
    """Return what may leave: the smaller of balance and free margin − credit, never below nothing.

    None where a figure is not known.
    """
    if figures.free_margin is None:
        return None
    return max(NOTHING, min(figures.balance, figures.free_margin - figures.credit))


def margin_after(figures: Figures, amount: Decimal) -> Margin | None:
    """Return the margin now and after; None where a figure is not known."""
    if figures.equity is None or figures.margin is None or figures.free_margin is None:
        return None
    after = figures.equity - amount
    return Margin(
        equity=(figures.equity, after),
        margin=(figures.margin, figures.margin),
        free_margin=(figures.free_margin, figures.free_margin - amount),
        level=(level(figures.equity, figures.margin), level(after, figures.margin)),
    )


def level(equity: Decimal, margin: Decimal) -> Decimal | None:
    """Return equity ÷ margin in percent; None where no margin is used."""
    return (equity * PERCENT / margin).quantize(Decimal("0.01")) if margin else None


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


def check_free_funds(facts: Facts) -> Answer:
    """1: the amount is covered at live prices, and the margin level stays high enough."""
    figures = facts.figures
    free = None if figures is None else free_funds(figures)
    if figures is None or free is None:
        return Answer(number=1, verdict=Verdict.UNKNOWN, sentence=NO_FIGURES, facts={})
    after = margin_after(figures, facts.amount)
    level_after = after.level[1] if after else None
    told = {
        "amount": _money(facts, facts.amount),
        "free": _money(facts, free),
        "level_after": "—" if level_after is None else f"{level_after:f} %",
        "margin_call": f"{figures.margin_call_percent:f} %",
    }
    if facts.amount > free:
        verdict, sentence = Verdict.RED, noop("{amount} asked, only {free} free")
    elif level_after is not None and level_after < 2 * figures.margin_call_percent:
        verdict = Verdict.AMBER
        sentence = noop(
            "{free} free; margin level after it {level_after}, margin call at {margin_call}"
        )
    elif level_after is None:
        verdict, sentence = Verdict.GREEN, noop("{free} free; no margin is used")
    else:
        verdict = Verdict.GREEN
        sentence = noop("{free} free; margin level after it {level_after}")
    return Answer(
        number=1,
        verdict=verdict,
        sentence=sentence,
        facts=told,
        binding=(verdict,),
        figures_at=figures.figures_at,
    )


def check_audit(facts: Facts) -> Answer:
    """2: what moved adds up to MetaTrader's balance."""
    audit = facts.audit
    if audit is None:
        sentence = noop("The books of this account are not open")
        return Answer(number=2, verdict=Verdict.UNKNOWN, sentence=sentence, facts={})
    told = {
        "balance": _money(facts, audit.balance),
        "expected": _money(facts, audit.expected),
        "gap": _money(facts, audit.gap),
        "in_flight": _money(facts, audit.in_flight),
    }
    if audit.gap:
        sentence = noop("Moves add up to {expected}, MetaTrader says {balance}: gap {gap}")
        return _answer(2, Verdict.RED, sentence, told, binding=(Verdict.RED, told["gap"]))
    sentence = noop("Σ moves = {balance}")
    if audit.in_flight:
        sentence = noop("Σ moves = {balance}, of which {in_flight} in flight")
    return _answer(2, Verdict.GREEN, sentence, told, binding=(Verdict.GREEN,))


def check_open_requests(facts: Facts) -> Answer:
    """3: together with the other open requests on the account it is still covered."""
    together = facts.amount + sum((other.amount for other in facts.others), NOTHING)
    free = None if facts.figures is None else free_funds(facts.figures)
    told = {"count": str(len(facts.others)), "together": _money(facts, together)}
    told["others"] = ", ".join(
        f"#{one.payment_id} {_money(facts, one.amount)}" for one in facts.others
    )
    if not facts.others:
        return _answer(3, Verdict.GREEN, noop("None other"), told, binding=(Verdict.GREEN, ""))
    if free is None:
        return _answer(3, Verdict.UNKNOWN, NO_FIGURES, told, binding=(told["others"],))
    told["free"] = _money(facts, free)
    verdict, sentence = Verdict.AMBER, noop("{count} other, {together} together")
    if together > free:
        verdict = Verdict.RED
        sentence = noop("{count} other, {together} together: only {free} free")
    return _answer(3, verdict, sentence, told, binding=(verdict, told["others"]))


def check_requisite(facts: Facts) -> Answer:
    """5: the money goes where it went before, and where no other client's went."""
    use = facts.requisite
    told = {"paid": str(use.paid), "others": str(use.other_clients)}
    if use.other_clients:
        verdict, sentence = Verdict.RED, noop("Used by {others} other clients")
    elif use.paid:
        verdict, sentence = Verdict.GREEN, noop("Paid {paid} times before, to this client only")
    else:
        verdict, sentence = Verdict.AMBER, noop("First use")
    return _answer(5, verdict, sentence, told, binding=(verdict, told["others"]))


def check_credit(facts: Facts) -> Answer:
    """9: credit is never paid out."""
    if facts.figures is None:
        return Answer(number=9, verdict=Verdict.UNKNOWN, sentence=NO_FIGURES, facts={})
    credit = facts.figures.credit
    told = {"credit": _money(facts, credit)}
    if credit:
        verdict = Verdict.AMBER
        sentence = noop("Credit of {credit} on the account: it counts for margin, it cannot leave")
    else:
        verdict, sentence = Verdict.GREEN, noop("None")
    return _answer(9, verdict, sentence, told, binding=(verdict, told["credit"]))


def check_trading(facts: Facts) -> Answer:
    """10: something was traded between the deposit and the withdrawal."""
    lots = Decimal(facts.volume_hundredths) / 100
    told = {"trades": str(facts.trades), "lots": f"{lots:.2f}"}
    if not facts.trades:
        verdict, sentence = Verdict.RED, noop("No trade since the latest deposit")
    elif facts.volume_hundredths < facts.limits.few_volume_hundredths:
        verdict = Verdict.AMBER
        sentence = noop("Only {trades} trades, {lots} lots since the latest deposit")
    else:
        verdict = Verdict.GREEN
        sentence = noop("{trades} trades, {lots} lots since the latest deposit")
    return _answer(10, verdict, sentence, told, binding=(verdict,))


def check_freshness(facts: Facts) -> Answer:
    """16: the figures are young enough to decide on."""
    figures, limits = facts.figures, facts.limits
    if figures is None or figures.figures_at is None:
        sentence = noop("MetaTrader's figures were never seen: nothing can be approved")
        return _answer(16, Verdict.RED, sentence, {}, binding=(Verdict.RED,))
    age = max(0, int((facts.now - figures.figures_at).total_seconds()))
    fresh, blocked = limits.fresh_seconds, limits.blocked_seconds
    if figures.is_quiet:
        fresh, blocked = limits.quiet_fresh_seconds, limits.quiet_blocked_seconds
    told = {"age": str(age)}
    if age > blocked:
        verdict = Verdict.RED
        sentence = noop("MetaTrader's figures are {age} s old: nothing can be approved")
    elif age > fresh:
        verdict, sentence = Verdict.AMBER, noop("Oldest figure {age} s")
    else:
        verdict, sentence = Verdict.GREEN, noop("Oldest figure {age} s")
    # Whether it is green or amber changes by itself; only what blocks binds.
    binding = ("blocked" if verdict is Verdict.RED else "known",)
    return Answer(
        number=16,
        verdict=verdict,
        sentence=sentence,
        facts=told,
        binding=binding,
        figures_at=figures.figures_at,
    )


NO_FIGURES = noop("MetaTrader's figures of this account are not known")
ALL: tuple[Callable[[Facts], Answer], ...] = (
    check_free_funds,
    check_audit,
    check_open_requests,
    check_requisite,
    check_credit,
    check_trading,
    check_freshness,
)


def _answer(
    number: int,
    verdict: Verdict,
    sentence: str,
    facts: dict[str, str],
    *,
    binding: tuple[str, ...],
) -> Answer:
    return Answer(number=number, verdict=verdict, sentence=sentence, facts=facts, binding=binding)


def _money(facts: Facts, amount: Decimal) -> str:
    """Return an amount as a fact keeps it: plain digits, then the code."""
    return f"{rounded(amount, facts.currency):f} {facts.currency}"
