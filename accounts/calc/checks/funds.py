"""What is free, what happens to the margin, do the books explain the balance: 1, 2, 3, 9."""

from decimal import Decimal

from accounts.calc.checks.facts import (
    NO_FIGURES,
    NOTHING,
    PERCENT,
    Answer,
    Facts,
    Figures,
    Margin,
    answer,
    money,
)
from accounts.states import Verdict
from backoffice.core.words import noop


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


def check_free_funds(facts: Facts) -> Answer:
    """1: the amount is covered at live prices, and the margin level stays high enough."""
    figures = facts.figures
    free = None if figures is None else free_funds(figures)
    if figures is None or free is None:
        return Answer(number=1, verdict=Verdict.UNKNOWN, sentence=NO_FIGURES, facts={})
    after = margin_after(figures, facts.amount)
    level_after = after.level[1] if after else None
    told = {
        "amount": money(facts, facts.amount),
        "free": money(facts, free),
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
        "balance": money(facts, audit.balance),
        "expected": money(facts, audit.expected),
        "gap": money(facts, audit.gap),
        "in_flight": money(facts, audit.in_flight),
    }
    if audit.gap:
        sentence = noop("Moves add up to {expected}, MetaTrader says {balance}: gap {gap}")
        return answer(2, Verdict.RED, sentence, told, binding=(Verdict.RED, told["gap"]))
    sentence = noop("Σ moves = {balance}")
    if audit.in_flight:
        sentence = noop("Σ moves = {balance}, of which {in_flight} in flight")
    return answer(2, Verdict.GREEN, sentence, told, binding=(Verdict.GREEN,))


def check_open_requests(facts: Facts) -> Answer:
    """3: together with the other open requests on the account it is still covered."""
    together = facts.amount + sum((other.amount for other in facts.others), NOTHING)
    free = None if facts.figures is None else free_funds(facts.figures)
    told = {"count": str(len(facts.others)), "together": money(facts, together)}
    told["others"] = ", ".join(
        f"#{one.payment_id} {money(facts, one.amount)}" for one in facts.others
    )
    if not facts.others:
        return answer(3, Verdict.GREEN, noop("None other"), told, binding=(Verdict.GREEN, ""))
    if free is None:
        return answer(3, Verdict.UNKNOWN, NO_FIGURES, told, binding=(told["others"],))
    told["free"] = money(facts, free)
    verdict, sentence = Verdict.AMBER, noop("{count} other, {together} together")
    if together > free:
        verdict = Verdict.RED
        sentence = noop("{count} other, {together} together: only {free} free")
    return answer(3, verdict, sentence, told, binding=(verdict, told["others"]))


def check_positions(facts: Facts) -> Answer:
    """21: whether something is open that prices move; what it does to the margin says check 1."""
    if facts.figures is None:
        return Answer(number=21, verdict=Verdict.UNKNOWN, sentence=NO_FIGURES, facts={})
    if facts.figures.is_quiet:
        return answer(21, Verdict.GREEN, noop("None"), {}, binding=(Verdict.GREEN,))
    known = {"allow": Verdict.GREEN, "amber": Verdict.AMBER}
    verdict = known.get(facts.limits.open_positions, Verdict.RED)
    sentence = noop("There are some: prices move what is left")
    return answer(21, verdict, sentence, {}, binding=(verdict,))


def check_credit(facts: Facts) -> Answer:
    """9: credit is never paid out."""
    if facts.figures is None:
        return Answer(number=9, verdict=Verdict.UNKNOWN, sentence=NO_FIGURES, facts={})
    credit = facts.figures.credit
    told = {"credit": money(facts, credit)}
    if credit:
        verdict = Verdict.AMBER
        sentence = noop("Credit of {credit} on the account: it counts for margin, it cannot leave")
        if facts.limits.burn_credit:
            sentence = noop("Credit of {credit} on the account will be burnt by this withdrawal")
    else:
        verdict, sentence = Verdict.GREEN, noop("None")
    return answer(9, verdict, sentence, told, binding=(verdict, told["credit"]))
