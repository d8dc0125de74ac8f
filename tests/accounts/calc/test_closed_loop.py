"""The closed-loop split: the example and vectors of workflows.md §4, and what always holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.calc import closed_loop
from accounts.calc.closed_loop import (
    Line,
    Order,
    PaidIn,
    Route,
    Rules,
    Source,
    Sourceless,
    split,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FOREVER = Rules(refund_days={})
NOTHING = Decimal(0)


def a_source(
    number: int, kind: str, amount: str, *, returned: str = "0", days_ago: int = 30
) -> Source:
    at = NOW - timedelta(days=days_ago) + timedelta(hours=number)
    paid = PaidIn(deposit=number, amount=Decimal(amount), at=at)
    return Source(
        key=f"{kind}:{number}", kind=kind, label=kind, paid_in=(paid,), returned=Decimal(returned)
    )


def sources(card: str = "0", paypal: str = "0", neteller: str = "0") -> list[Source]:
    """Card 2,000, PayPal 500, Neteller 1,000, with what went back to each."""
    return [
        a_source(1, "card", "2000", returned=card),
        a_source(2, "paypal", "500", returned=paypal),
        a_source(3, "neteller", "1000", returned=neteller),
    ]


def shares(lines: tuple[Line, ...]) -> list[Decimal]:
    """What card, PayPal, Neteller and profit get."""
    found = dict.fromkeys(("card:1", "paypal:2", "neteller:3", "profit"), NOTHING)
    for line in lines:
        found[line.source] += line.amount
    return list(found.values())


@pytest.mark.parametrize(
    ("asked", "returned", "expected"),
    [
        pytest.param("3800.00", (), ("2000", "500", "1000", "300"), id="1-the-worked-example"),
        pytest.param("1200.00", (), ("1200", "0", "0", "0"), id="2-part-of-it"),
        pytest.param("1000.00", ("1200",), ("800", "200", "0", "0"), id="3-after-case-2"),
        pytest.param("1800.00", (), ("1800", "0", "0", "0"), id="4-the-client-lost"),
        pytest.param("1800.00", ("2000",), ("0", "500", "1000", "300"), id="5-card-returned"),
        pytest.param("1800.00", ("2000",), ("0", "500", "1000", "300"), id="6-card-charged-back"),
        pytest.param("3500.00", (), ("2000", "500", "1000", "0"), id="8-exactly-what-came"),
        pytest.param("0.01", (), ("0.01", "0", "0", "0"), id="9-the-smallest"),
    ],
)
def test_the_vectors(asked: str, returned: tuple[str, ...], expected: tuple[str, ...]) -> None:
    lines = split(Decimal(asked), sources(*returned), FOREVER, now=NOW)

    assert shares(lines) == [Decimal(one) for one in expected]


def test_vector_7_a_card_that_expired_keeps_its_share_by_another_way() -> None:
    card, *others = sources()
    lines = split(Decimal(3800), [replace(card, is_closed=True), *others], FOREVER, now=NOW)

    assert shares(lines) == [Decimal(2000), Decimal(500), Decimal(1000), Decimal(300)]
    assert [one.route for one in lines] == [
        Route.PROOF, Route.SOURCE, Route.SOURCE, Route.PROFIT,
    ]  # fmt: skip


def test_a_card_s_share_goes_to_its_original_payments_within_the_window() -> None:
    """The oldest is past its window, the next is partly returned: what is left of both goes on."""
    paid_in = (
        PaidIn(deposit=1, amount=Decimal(100), at=NOW - timedelta(days=181)),
        PaidIn(deposit=2, amount=Decimal(100), at=NOW - timedelta(days=180), returned=Decimal(40)),
        PaidIn(deposit=3, amount=Decimal(100), at=NOW - timedelta(days=1)),
    )
    card = Source(key="card:a", kind="card", label="visa", paid_in=paid_in, returned=Decimal(40))

    lines = split(Decimal(300), [card], Rules(), now=NOW)

    assert [(one.deposit, one.amount, one.route) for one in lines] == [
        (2, Decimal(60), Route.SOURCE),
        (3, Decimal(100), Route.SOURCE),
        (None, Decimal(100), Route.PROOF),
        (None, Decimal(40), Route.PROFIT),
    ]


def test_the_order_is_a_policy() -> None:
    rules = Rules(order=Order.METHOD, priority=("neteller", "card"), refund_days={})

    lines = split(Decimal(1500), sources(), rules, now=NOW)

    assert [one.source for one in lines] == ["neteller:3", "card:1"]


def test_what_nobody_knows_comes_after_the_known_and_before_profit() -> None:
    lines = split(Decimal(3800), sources(), FOREVER, now=NOW, rest=Sourceless(unknown=Decimal(100)))

    assert [(one.source, one.amount) for one in lines[-2:]] == [
        ("unknown", Decimal(100)), ("profit", Decimal(200)),
    ]  # fmt: skip


def test_what_came_from_others_or_another_currency_is_no_profit() -> None:
    rest = Sourceless(unknown=Decimal(5), converted=Decimal(50), received=Decimal(30))

    lines = split(Decimal(100), [], FOREVER, now=NOW, rest=rest)

    assert [(one.route, one.amount) for one in lines] == [
        (Route.UNKNOWN, Decimal(5)), (Route.CONVERTED, Decimal(50)),
        (Route.RECEIVED, Decimal(30)), (Route.PROFIT, Decimal(15)),
    ]  # fmt: skip
    below = Sourceless(converted=Decimal(-1), received=Decimal(-1))
    assert len(split(Decimal(100), [], FOREVER, now=NOW, rest=below)) == 1


def test_elsewhere_is_what_does_not_go_to_the_place_that_was_asked_for() -> None:
    lines = split(Decimal(3800), sources(), FOREVER, now=NOW)

    assert [one.source for one in closed_loop.elsewhere(lines, "2")] == ["card:1", "neteller:3"]
    moved = closed_loop.by_another_way(lines, but="2")
    assert shares(moved) == shares(lines)
    assert [one.route for one in moved] == [
        Route.PROOF, Route.SOURCE, Route.PROOF, Route.PROFIT,
    ]  # fmt: skip


def test_a_line_above_what_its_source_is_owed_by_now_is_named() -> None:
    lines = split(Decimal(2500), sources(), FOREVER, now=NOW)

    assert closed_loop.above(lines, sources()) == ()
    assert [one.source for one in closed_loop.above(lines, sources(card="1"))] == ["card:1"]
    assert [one.source for one in closed_loop.above(lines, sources()[1:])] == ["card:1"]


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ({}, Rules()),
        ({"order": "nonsense", "refund_days": 5, "priority": "card", "other_way": None}, Rules()),
        ({"refund_days": {"card": "x", "e_wallet": -4}},
         Rules(refund_days={"card": 0, "e_wallet": 0})),
        ({"order": "method", "other_way": "refuse", "priority": ["crypto"]},
         Rules(order=Order.METHOD, other_way=closed_loop.OtherWay.REFUSE, priority=("crypto",))),
    ],
)  # fmt: skip
def test_a_policy_is_read_carefully(said: dict[str, object], rules: Rules) -> None:
    assert closed_loop.rules_of(said) == rules


# What always holds

CENTS = st.integers(0, 300_000).map(lambda cents: Decimal(cents) / 100)
ASKED = st.integers(1, 900_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def some_sources(draw: st.DrawFn) -> list[Source]:
    """Up to four sources, each with up to three payments, some of them returned in part."""
    found, number = [], 0
    for place in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(("card", "e_wallet", "bank_wire")))
        paid_in = []
        for _ in range(draw(st.integers(1, 3))):
            number += 1
            amount = draw(ASKED)
            paid_in.append(
                PaidIn(
                    deposit=number,
                    amount=amount,
                    at=NOW - timedelta(days=draw(st.integers(0, 400))),
                    returned=min(amount, draw(CENTS)) if kind == "card" else NOTHING,
                )
            )
        by_payment = sum((one.returned for one in paid_in), NOTHING)
        found.append(
            Source(
                key=f"{kind}:{place}",
                kind=kind,
                label=kind,
                paid_in=tuple(paid_in),
                returned=by_payment + draw(CENTS),
                is_closed=draw(st.booleans()),
            )
        )
    return found


def given_to(lines: tuple[Line, ...], key: str) -> Decimal:
    return sum((one.amount for one in lines if one.source == key), NOTHING)


def after(known: list[Source], lines: tuple[Line, ...]) -> list[Source]:
    """The sources once these lines went back."""
    by_deposit = {one.deposit: one.amount for one in lines if one.deposit is not None}
    return [
        replace(
            one,
            returned=one.returned + given_to(lines, one.key),
            paid_in=tuple(
                replace(paid, returned=paid.returned + by_deposit.get(paid.deposit, NOTHING))
                for paid in one.paid_in
            ),
        )
        for one in known
    ]


@given(ASKED, some_sources(), CENTS, st.sampled_from(list(Order)))
def test_it_always_adds_up_and_no_source_gets_more_than_it_holds(
    asked: Decimal, known: list[Source], unknown: Decimal, order: Order
) -> None:
    rules = Rules(order=order)
    lines = split(asked, known, rules, now=NOW, rest=Sourceless(unknown=unknown))

    assert sum((one.amount for one in lines), NOTHING) == asked
    assert all(one.amount > 0 for one in lines)
    assert closed_loop.above(lines, known) == ()
    held = {paid.deposit: paid.amount - paid.returned for one in known for paid in one.paid_in}
    assert all(one.amount <= held[one.deposit] for one in lines if one.deposit is not None)
    if given_to(lines, "profit"):
        assert all(one.owed == 0 for one in after(known, lines))
    # Whoever comes later in the order gets nothing before all the earlier ones have what is theirs.
    in_order = [one for one in closed_loop.ordered(known, rules) if one.owed]
    got = [given_to(lines, one.key) for one in in_order]
    for place, amount in enumerate(got):
        if amount < in_order[place].owed:
            assert not any(got[place + 1 :])
            break


@given(ASKED, ASKED, some_sources(), CENTS)
def test_two_requests_in_turn_are_one_request_of_the_sum(
    first: Decimal, second: Decimal, known: list[Source], unknown: Decimal
) -> None:
    """Per source; only the parts of a card may be cut elsewhere."""
    one = split(first, known, Rules(), now=NOW, rest=Sourceless(unknown=unknown))
    then = after(known, one)
    left = unknown - given_to(one, "unknown")
    two = split(second, then, Rules(), now=NOW, rest=Sourceless(unknown=left))
    both = split(first + second, known, Rules(), now=NOW, rest=Sourceless(unknown=unknown))

    keys = {"unknown", "profit", *(source.key for source in known)}
    for key in keys:
        assert given_to(one, key) + given_to(two, key) == given_to(both, key)


@given(CENTS, some_sources())
def test_what_nobody_wrote_down_never_makes_a_source_owed_more(
    amount: Decimal, known: list[Source]
) -> None:
    spread = closed_loop.spread(amount, known)

    before, then = (
        sum((one.owed for one in known), NOTHING),
        sum((one.owed for one in spread), NOTHING),
    )
    assert before - then == min(amount, before)
    assert all(new.owed <= old.owed for new, old in zip(spread, known, strict=True))
