"""Changes in words: no code, no key of JSON, no money without its sign's meaning."""

import json
from typing import Any

import pytest

from trading.queries.watching import words
from trading.states import Change


def record(**values: Any) -> str:
    return json.dumps({"cmd": 6, "amount": "50.00", "comment": "", **values})


def trade(**values: Any) -> str:
    return json.dumps({"cmd": 0, "symbol": "EURUSD", "volume": 10, "profit": "1.5", **values})


@pytest.mark.parametrize(
    ("kind", "before", "after", "said"),
    [
        (Change.LEVERAGE, "100", "33", ("1:100", "1:33")),
        (Change.GROUP, "real", "vip", ("real", "vip")),
        (Change.ENABLED, "true", "false", ("enabled", "disabled")),
        (Change.READ_ONLY, "false", "true", ("may trade", "may not trade")),
        (Change.DELETED, "", "", ("", "")),
        (Change.MONEY, "", record(comment="gift"), ("", "deposit 50.00 EUR “gift”")),
        (Change.MONEY, "", record(amount="-1250.00"), ("", "withdrawal 1,250.00 EUR")),
        (Change.MONEY, "", record(cmd=7), ("", "credit in 50.00 EUR")),
        (Change.MONEY, "", record(cmd=7, amount="-5"), ("", "credit out 5.00 EUR")),
        (
            Change.RECORD_CHANGED,
            record(),
            record(cmd=7, amount="60.00"),
            ("kind balance, amount 50.00 EUR", "kind credit, amount 60.00 EUR"),
        ),
        (
            Change.TRADE_CHANGED,
            trade(),
            trade(volume=25, profit="-2"),
            ("volume 0.10 lots, profit 1.50 EUR", "volume 0.25 lots, profit -2.00 EUR"),
        ),
        (Change.TRADE_DELETED, trade(cmd=3), "", ("sell limit 0.10 lots EURUSD", "")),
    ],
)
def test_a_change_is_told_in_words(kind: str, before: str, after: str, said: Any) -> None:
    assert words.told(kind, before, after, currency="EUR") == said


def test_a_persons_data_are_told_to_who_may_read_them() -> None:
    old, new = ({"name": "Nora", "email": one} for one in ("nora@example.com", ""))
    told = (Change.DATA, json.dumps(old), json.dumps(new))
    assert words.told(*told, currency="EUR") == ("", "e-mail")
    in_full = words.told(*told, currency="EUR", in_full=True)
    assert in_full == ("e-mail nora@example.com", "e-mail none")
    opened = (Change.OPENED, "", json.dumps(old))
    assert words.told(*opened, currency="") == ("", "name, e-mail")
    assert words.told(*opened, currency="", in_full=True)[1].startswith("name Nora")
