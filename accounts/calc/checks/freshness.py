"""How old the figures are: check 16."""

from accounts.calc.checks.facts import Answer, Facts, answer
from accounts.states import Verdict
from backoffice.core.words import noop


def check_freshness(facts: Facts) -> Answer:
    """16: the figures are young enough to decide on."""
    figures, limits = facts.figures, facts.limits
    if figures is None or figures.figures_at is None:
        sentence = noop("MetaTrader's figures were never seen: nothing can be approved")
        return answer(16, Verdict.RED, sentence, {}, binding=(Verdict.RED,))
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
