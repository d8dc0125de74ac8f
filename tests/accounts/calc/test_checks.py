"""What each check of a withdrawal says about the figures it is given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.calc import checks
from accounts.calc.checks import (
    Answer,
    Facts,
    Figures,
    Limits,
    Loop,
    Moved,
    Pace,
    Person,
    RequisiteUse,
)
from accounts.calc.closed_loop import Line, Route

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANA = Person(
    name="Ana Ruiz",
    kyc_level=2,
    tags=(),
    contact_changed_at=None,
    same_email=0,
    same_phone=0,
    same_card=0,
)
FACTS = Facts(
    amount=Decimal(100),
    currency="USD",
    now=NOW,
    figures=Figures(
        balance=Decimal(1000),
        credit=Decimal(0),
        equity=Decimal(1000),
        margin=Decimal(100),
        free_margin=Decimal(900),
        margin_call_percent=Decimal(100),
        is_quiet=False,
        figures_at=NOW,
    ),
    audit=None,
    others=(),
    requisite=RequisiteUse(paid=1, other_clients=0, first_named_at=NOW - 30 * DAY),
    trades=5,
    volume_hundredths=100,
    holder="RUIZ, Ana",
    client=ANA,
    loop=Loop(lines=(), elsewhere=()),
    pace=Pace(day_amount=Decimal(50), day_count=1, week_amount=Decimal(400)),
    moved=Moved(came=Decimal(1000), went=Decimal(0)),
)


def said(number: int, **changes: Any) -> Answer:
    """The answer of one check about these facts, changed so."""
    answers = checks.run(replace(FACTS, **changes))
    return next(one for one in answers if one.number == number)


def verdict(number: int, **changes: Any) -> str:
    return str(said(number, **changes).verdict)


def ana(**changes: Any) -> Person:
    return replace(ANA, **changes)


def a_line(route: Route, amount: str = "100", source: str = "card:1") -> Line:
    return Line(source=source, kind="card", label="visa", route=route, amount=Decimal(amount))


def test_they_stand_in_the_order_of_their_numbers() -> None:
    numbers = [one.number for one in checks.run(FACTS)]

    assert numbers == [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 16, 17, 18, 19, 20, 21]


@pytest.mark.parametrize(
    ("number", "missing"),
    [(4, "loop"), (6, "client"), (7, "client"), (11, "client"), (17, "client"), (18, "pace"),
     (19, "client"), (20, "moved"), (21, "figures"), (1, "figures"), (3, "figures")],
)  # fmt: skip
def test_what_was_not_looked_up_is_not_known_and_never_green(number: int, missing: str) -> None:
    others = (checks.Other(payment_id=1, amount=Decimal(1)),)

    assert verdict(number, **{missing: None, "others": others}) == "unknown"


@pytest.mark.parametrize(
    ("loop", "expected", "words"),
    [
        (Loop(lines=(a_line(Route.PROFIT),), elsewhere=()), "green", "none above"),
        (Loop(lines=(a_line(Route.SOURCE),), elsewhere=(a_line(Route.SOURCE),)), "green", "Back"),
        (Loop(lines=(a_line(Route.UNKNOWN),), elsewhere=()), "amber", "before our books"),
        (Loop(lines=(a_line(Route.PROOF),), elsewhere=()), "amber", "another way"),
        (Loop(lines=(a_line(Route.PROOF),), elsewhere=(), reason="stolen"), "amber", "because"),
        (Loop(lines=(), elsewhere=(), above=(a_line(Route.SOURCE),)), "red", "owed by now"),
    ],
)
def test_4_the_closed_loop(loop: Loop, expected: str, words: str) -> None:
    answer = said(4, loop=loop)

    assert (str(answer.verdict), words in answer.sentence) == (expected, True)


@pytest.mark.parametrize(
    ("kind", "use", "expected", "words"),
    [
        ("crypto", {"paid": 1}, "red", "only by wire"),
        ("", {"paid": 1}, "red", "only by wire"),
        ("bank_wire", {"paid": 0}, "amber", "prove whose this bank account is"),
        ("bank_wire", {"paid": 1}, "amber", "known as the client's"),
        ("bank_wire", {"paid": 0, "is_source": True}, "amber", "known as the client's"),
    ],
)
def test_4_what_other_clients_sent(
    kind: str, use: dict[str, Any], expected: str, words: str
) -> None:
    """Also where a reason is given for paying everything at one place."""
    use = {"other_clients": 0} | use
    loop = Loop(lines=(a_line(Route.RECEIVED),), elsewhere=(), reason="the card was stolen")
    reasons = [loop, replace(loop, reason="")] if expected == "red" else [replace(loop, reason="")]
    for one in reasons:
        answer = said(4, loop=one, method_kind=kind, requisite=RequisiteUse(**use))
        assert (str(answer.verdict), words in answer.sentence) == (expected, True)


def test_4_another_split_is_another_picture() -> None:
    one = said(
        4, loop=Loop(lines=(a_line(Route.SOURCE, "60"), a_line(Route.PROFIT, "40")), elsewhere=())
    )
    two = said(
        4, loop=Loop(lines=(a_line(Route.SOURCE, "61"), a_line(Route.PROFIT, "39")), elsewhere=())
    )

    assert one.binding != two.binding


@pytest.mark.parametrize(
    ("holder", "expected"),
    [("Ana Ruiz", "green"), ("RUIZ  Ana", "green"), ("Ána Rüiz", "green"), ("Tom Okoye", "red"),
     ("", "unknown")],
)  # fmt: skip
def test_6_the_holder_is_the_client(holder: str, expected: str) -> None:
    assert verdict(6, holder=holder) == expected


@pytest.mark.parametrize(
    ("level", "wanted", "expected"),
    [(0, None, "amber"), (1, None, "green"), (1, 2, "red"), (2, 2, "green"), (0, 0, "amber")],
)
def test_7_kyc_is_what_the_policy_asks_for(level: int, wanted: int | None, expected: str) -> None:
    limits = Limits(kyc_level=wanted)

    assert verdict(7, client=ana(kyc_level=level), limits=limits) == expected


@pytest.mark.parametrize("what", ["same_email", "same_phone", "same_card"])
def test_11_nothing_is_shared(what: str) -> None:
    assert verdict(11) == "green"
    assert verdict(11, client=ana(**{what: 1})) == "red"


@pytest.mark.parametrize(
    ("days", "expected"), [(None, "green"), (10, "amber"), (365, "amber"), (366, "green")]
)
def test_13_money_by_card_can_be_called_back(days: int | None, expected: str) -> None:
    paid_at = None if days is None else NOW - days * DAY

    assert verdict(13, card_paid_at=paid_at) == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(None, "green"), (0, "red"), (47, "red"), (48, "green"), (1000, "green")],
)
def test_17_it_cools_off_after_changed_contacts(hours: int | None, expected: str) -> None:
    changed_at = None if hours is None else NOW - hours * HOUR

    assert verdict(17, client=ana(contact_changed_at=changed_at)) == expected


def test_17_and_after_a_new_requisite_where_the_policy_says_so() -> None:
    limits = Limits(requisite_hours=24)
    named = [None, NOW - 23 * HOUR, NOW - 24 * HOUR]

    found = [
        verdict(
            17, limits=limits, requisite=RequisiteUse(paid=0, other_clients=0, first_named_at=at)
        )
        for at in named
    ]

    assert found == ["red", "red", "green"]
    never = RequisiteUse(paid=0, other_clients=0)
    assert verdict(17, requisite=never) == "green"  # the policy says nothing of requisites


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(), "green"),
        (Limits(day_amount=Decimal(150)), "green"),
        (Limits(day_amount=Decimal("149.99")), "red"),
        (Limits(week_amount=Decimal(500)), "green"),
        (Limits(week_amount=Decimal("499.99")), "red"),
        (Limits(day_count=2), "green"),
        (Limits(day_count=1), "red"),
        (Limits(day_amount=Decimal(0)), "red"),
    ],
)
def test_18_limits_of_a_day_and_a_week(limits: Limits, expected: str) -> None:
    assert verdict(18, limits=limits) == expected


def test_19_marks_of_risk_are_the_policy_s_words() -> None:
    assert verdict(19, client=ana(tags=("VIP", "newsletter"))) == "green"
    marked = said(19, client=ana(tags=("VIP", "fraud", "abuse")))
    assert (str(marked.verdict), marked.facts["marks"]) == ("red", "abuse, fraud")
    vip = Limits(risk_tags=frozenset({"VIP"}))
    assert verdict(19, client=ana(tags=("VIP",)), limits=vip) == "red"


@pytest.mark.parametrize(
    ("came", "went", "expected"),
    [
        ("1000", "0", "green"),
        ("1000", "1900", "green"),
        ("1000", "1901", "amber"),
        ("0", "0", "amber"),
    ],
)
def test_20_what_went_out_stays_near_what_came_in(came: str, went: str, expected: str) -> None:
    assert verdict(20, moved=Moved(came=Decimal(came), went=Decimal(went))) == expected


@pytest.mark.parametrize(
    ("policy", "expected"), [("allow", "green"), ("amber", "amber"), ("red", "red")]
)
def test_21_open_positions_are_what_the_policy_says(policy: str, expected: str) -> None:
    limits = Limits(open_positions=policy)

    assert verdict(21, limits=limits) == expected
    assert FACTS.figures is not None
    assert verdict(21, limits=limits, figures=replace(FACTS.figures, is_quiet=True)) == "green"


@pytest.mark.parametrize(
    ("value", "limits"),
    [
        ({}, Limits()),
        ({"few_lots": "0.5", "kyc_level": 2}, Limits(few_volume_hundredths=50, kyc_level=2)),
        ({"kyc_level": "two"}, Limits(kyc_level=9)),
        ({"day_amount": "a lot", "day_count": None}, Limits(day_amount=Decimal(0), day_count=0)),
        ({"week_amount": "NaN"}, Limits(week_amount=Decimal(0))),
        ({"cool_off_hours": -1, "risk_tags": "fraud", "taken_ratio": "x"}, Limits()),
        ({"cool_off_hours": 0}, Limits(cool_off_hours=0)),
        ({"open_positions": "amber"}, Limits(open_positions="amber")),
        ({"open_positions": "perhaps"}, Limits(open_positions="red")),
        ({"risk_tags": ["x"]}, Limits(risk_tags=frozenset({"x"}))),
    ],
)
def test_a_policy_that_cannot_be_read_lets_nothing_through(
    value: dict[str, object], limits: Limits
) -> None:
    assert checks.limits_of(value) == limits
