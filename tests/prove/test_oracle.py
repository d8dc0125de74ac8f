"""The oracle of the kill runs sees every lie: each is planted here once."""

from typing import Any

import pytest

from tests.prove.money import oracle

MARKER = "BO:0123456789ABCDEFGHJKMN"


def told(**changes: Any) -> dict[str, Any]:
    """What a run at rest tells: one withdrawal, debited."""
    operation = {
        "marker": MARKER, "login": 7, "amount": "-1.00", "state": "CONFIRMED", "ticket": 5,
        "attempts": 1, "reason": "", "payment": "1", "leg": "debit",
    }  # fmt: skip
    payments = {"1": changes.pop("payment_state", "DEBITED")}
    deposits = changes.pop("deposits", {})
    run = {"trouble": "", "payments": payments, "deposits": deposits, "findings": [], "gaps": []}
    return run | {"operations": [operation | changes]}


def booked(**changes: Any) -> dict[str, Any]:
    """What MetaTrader booked of it."""
    return {"comment": MARKER, "login": 7, "profit": "-1.00", "ticket": 5} | changes


def test_it_is_content_with_the_truth() -> None:
    assert oracle.findings(told(), [booked()]) == []
    nothing = told(state="REFUSED", payment_state="REFUSED", ticket=None)
    assert oracle.findings(nothing, []) == []


@pytest.mark.parametrize(
    ("run", "records", "words"),
    [
        (told(), [booked(), booked(ticket=6)], "booked 2 times"),
        (told(), [], "has no record"),
        (told(), [booked(profit="-2.00")], "something else"),
        (told(), [booked(login=8)], "something else"),
        (told(), [booked(), booked(comment="BO:X", ticket=6)], "no operation of ours"),
        (told(state="REFUSED", payment_state="REFUSED"), [booked()], "moved money all the same"),
        (told(state="ABSENT", payment_state="APPROVED"), [], "not at rest"),
        (told(payment_state="RETURNED"), [booked()], "its legs moved"),
        (told(payment_state="APPROVED"), [booked()], "still APPROVED"),
        (told() | {"findings": ["entry 3: 1.00"]}, [booked()], "entry 3"),
        (told() | {"gaps": ["account 7"]}, [booked()], "account 7"),
        (told(deposits={"d1": "CREDITED"}), [booked()], "d1 is CREDITED, and MetaTrader moved 0"),
        (told(deposits={"d1": "RECEIVED"}), [booked()], "d1: still RECEIVED"),
        (told() | {"trouble": "not read"}, [booked()], "not read"),
    ],
)
def test_it_sees_every_lie(run: dict[str, Any], records: list[Any], words: str) -> None:
    told_of = oracle.findings(run, records, list(run["deposits"]))
    assert any(words in found for found in told_of)


def test_a_person_has_it() -> None:
    """What was handed to a person may stand in MetaTrader or not; the page says so."""
    manual = told(state="MANUAL", payment_state="UNCERTAIN", ticket=None)
    assert oracle.findings(manual, []) == oracle.findings(manual, [booked()]) == []
