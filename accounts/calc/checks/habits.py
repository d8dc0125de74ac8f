"""What the client does: trading, how much is taken out how often, out against in: 10, 18, 20."""

from decimal import Decimal

from accounts.calc.checks.facts import NOTHING, Answer, Facts, answer, money
from accounts.states import Verdict
from backoffice.core.words import noop


def check_trading(facts: Facts) -> Answer:
    """10: something was traded between the deposit and the withdrawal."""
    lots = Decimal(facts.volume_hundredths) / 100
    told = {"trades": str(facts.trades), "lots": f"{lots:.2f}"}
    if not facts.trades:
        verdict, sentence = Verdict.RED, noop("No trade since the latest deposit")
    elif facts.volume_hundredths < facts.limits.few_volume_hundredths:
        verdict = Verdict.AMBER
        sentence = noop("Only {trades} trades, {lots} lots since the latest deposit")
        if facts.trades == 1:
            sentence = noop("Only one trade, {lots} lots, since the latest deposit")
    else:
        verdict = Verdict.GREEN
        sentence = noop("{trades} trades, {lots} lots since the latest deposit")
    return answer(10, verdict, sentence, told, binding=(verdict,))


def check_limits(facts: Facts) -> Answer:
    """18: what is asked for within a day and a week stays within what the policy allows."""
    limits, pace = facts.limits, facts.pace
    if pace is None:
        sentence = noop("What was asked for before was not looked up")
        return Answer(number=18, verdict=Verdict.UNKNOWN, sentence=sentence, facts={})
    day, week = pace.day_amount + facts.amount, pace.week_amount + facts.amount
    count = pace.day_count + 1
    told = {
        "day": money(facts, day),
        "day_limit": money(facts, limits.day_amount or NOTHING),
        "week": money(facts, week),
        "week_limit": money(facts, limits.week_amount or NOTHING),
        "count": str(count),
        "count_limit": str(limits.day_count),
    }
    found = (
        (limits.day_amount, day, noop("{day} within a day, {day_limit} are allowed")),
        (limits.week_amount, week, noop("{week} within a week, {week_limit} are allowed")),
        (limits.day_count, count, noop("{count} requests within a day, {count_limit} are allowed")),
    )
    for limit, asked, sentence in found:
        if limit is not None and asked > limit:
            return answer(18, Verdict.RED, sentence, told, binding=(Verdict.RED, sentence))
    if all(limit is None for limit, _asked, _sentence in found):
        sentence = noop("{day} within a day, {week} within a week; no limit is set")
    else:
        sentence = noop("{day} within a day, {week} within a week: within the limits")
    return answer(18, Verdict.GREEN, sentence, told, binding=(Verdict.GREEN,))


def check_taken(facts: Facts) -> Answer:
    """20: what left the account, this included, stays near what came to it."""
    moved, ratio = facts.moved, facts.limits.taken_ratio
    if moved is None:
        sentence = noop("What came and went was not looked up")
        return Answer(number=20, verdict=Verdict.UNKNOWN, sentence=sentence, facts={})
    out = moved.went + facts.amount
    told = {
        "came": money(facts, moved.came),
        "out": money(facts, out),
        "net": money(facts, moved.came - out),
        "ratio": f"{ratio:f}",
    }
    if not moved.came:
        verdict, sentence = Verdict.AMBER, noop("Nothing was ever paid in, {out} go out")
    elif out > moved.came * ratio:
        verdict = Verdict.AMBER
        sentence = noop("{out} out, this included, against {came} in: more than {ratio} times")
    else:
        verdict, sentence = Verdict.GREEN, noop("{came} in, {out} out with this: {net} net")
    return answer(20, verdict, sentence, told, binding=(verdict,))
