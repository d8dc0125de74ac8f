"""Facts beside a book: read into the words of the trade, or refused with one clear sentence."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trading.calc.facts import BadFacts, Facts, read
from trading.terms import CommissionType, MarginMode, ProfitMode

GOOD: dict[str, Any] = {
    "server": {"name": "demo", "company": "Example", "timezone": "Europe/Athens"},
    "groups": {
        "real": {
            "currency": "USD",
            "default_leverage": 500,
            "margin_call_percent": "100",
            "stop_out_percent": 50,
            "hedge_larger_leg": True,
            "commission_type": "PERCENT",
            "commission_symbols": ["eurusd"],
        }
    },
    "symbols": {
        "eurusd": {
            "description": "Euro",
            "security": "Forex",
            "base_currency": "EUR",
            "profit_currency": "USD",
            "margin_currency": "EUR",
            "digits": 5,
            "contract_size": "100000",
            "margin_mode": "CFD_LEVERAGE",
        }
    },
    "accounts": [{"statement": "a_*", "login": 7, "name": "Ada", "group": "real", "leverage": 500}],
    "quotes": {"eurusd": {"bid": "1.1", "ask": "1.2", "at": "2026-03-03T10:00:00Z"}},
    "past_quotes": [
        {"symbol": "eurusd", "bid": "1.01", "ask": "1.02", "at": "2026-03-01T10:00:00Z"},
        {"symbol": "eurusd", "bid": "1.03", "ask": "1.04", "at": "2026-03-02T12:00:00+02:00"},
    ],
    "sources": {"leverage": "printed"},
}


def facts_of(folder: Path, value: Any) -> Facts:
    path = folder / "facts.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return read(path)


def test_reads_everything(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, GOOD)
    group, symbol = facts.groups["real"], facts.symbols["eurusd"]
    assert (group.name, group.company, group.stop_out_percent) == ("real", "Example", Decimal(50))
    assert group.commission_type is CommissionType.PERCENT
    assert group.commission_symbols == ("eurusd",)
    assert group.hedge_larger_leg is True
    assert (symbol.name, symbol.contract_size) == ("eurusd", Decimal(100_000))
    assert (symbol.margin_mode, symbol.profit_mode) == (MarginMode.CFD_LEVERAGE, ProfitMode.FOREX)
    assert facts.quotes["eurusd"].ask == Decimal("1.2")
    assert facts.sources == {"leverage": "printed"}


def test_finds_the_account_of_a_file(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, GOOD)
    assert facts.account_of("a_2026.htm").login == 7
    with pytest.raises(BadFacts, match=r"No account is named for b\.csv"):
        facts.account_of("b.csv")


def test_past_quotes_count_from_their_moment(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, GOOD)
    assert facts.quotes_at(datetime(2026, 3, 1, 9, 59, tzinfo=UTC)) == {}
    first = facts.quotes_at(datetime(2026, 3, 1, 10, 0, tzinfo=UTC))
    later = facts.quotes_at(datetime(2026, 3, 2, 10, 0, tzinfo=UTC))
    assert (first["eurusd"].bid, later["eurusd"].bid) == (Decimal("1.01"), Decimal("1.03"))


def test_server_time_follows_the_zone(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, GOOD)
    winter, summer = datetime(2026, 1, 5, 12), datetime(2026, 7, 5, 12)  # noqa: DTZ001
    assert facts.utc(winter) == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert facts.utc(summer) == datetime(2026, 7, 5, 9, tzinfo=UTC)


def test_numbers_stay_exact(tmp_path: Path) -> None:
    text = json.dumps(GOOD).replace('"bid": "1.1"', '"bid": 1.10000000000000000001')
    assert facts_of(tmp_path, text).quotes["eurusd"].bid == Decimal("1.10000000000000000001")


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(facts: dict[str, Any]) -> None:
        for step in path[:-1]:
            facts = facts[step]
        facts[path[-1]] = value

    return change


SYMBOL = ("symbols", "eurusd")
ACCOUNT = ("accounts", 0)
QUOTE = ("quotes", "eurusd")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("colour", value=1), "facts.json: “colour” is not known"),
        (lambda facts: facts.pop("quotes"), "facts.json: “quotes” is missing"),
        (put("server", value=[]), "server: an object with names is expected"),
        (put("accounts", value={}), "a list is expected"),
        (put("server", "timezone", value="Mars/Base"), "“Mars/Base” is not an IANA time zone"),
        (put("server", "timezone", value="../etc"), "“../etc” is not an IANA time zone"),
        (put(*SYMBOL, "digits", value="5"), "symbols, eurusd, digits: '5' is not whole"),
        (put(*SYMBOL, "digits", value=True), "True is not whole"),
        (put(*SYMBOL, "contract_size", value="many"), "contract_size: “many” is not a number"),
        (put(*SYMBOL, "contract_size", value="NaN"), "“NaN” is not a number"),
        (put(*SYMBOL, "contract_size", value=None), "None is not a number"),
        (put(*SYMBOL, "margin_mode", value="GUESS"), "'GUESS' is none of FOREX, CFD,"),
        (put(*SYMBOL, "pip", value="1"), "symbols, eurusd: “pip” is not known"),
        (put(*SYMBOL, "description", value=3), "3 is not text"),
        (put(*ACCOUNT, "group", value="vip"), "account 7 is in “vip”, an unknown group"),
        (put(*ACCOUNT, "leverage", value=0), "the leverage of account 7 must be above 0"),
        (lambda facts: facts["accounts"][0].pop("login"), "account 1: “login” is missing"),
        (lambda facts: facts["accounts"].append(GOOD["accounts"][0]), "two accounts have the same"),
        (put(*QUOTE, "bid", value="1.3"), "the bid 1.3 must be above 0 and not above the ask 1.2"),
        (put(*QUOTE, "at", value="yesterday"), "“yesterday” is not a moment like"),
        (put(*QUOTE, "at", value="2026-03-03T10:00:00"), "names no zone: end it with Z"),
        (put("past_quotes", 0, "symbol", value="gbpusd"), "a quote names gbpusd"),
        (put("groups", "real", "hedge_larger_leg", value=1), "1 is not true or false"),
    ],
)
def test_refuses_with_one_sentence(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    value = copy.deepcopy(GOOD)
    change(value)
    with pytest.raises(BadFacts) as refused:
        facts_of(tmp_path, value)
    assert said in str(refused.value)
    assert str(refused.value).startswith("facts.json")
    assert "\n" not in str(refused.value)


def test_refuses_what_is_no_json(tmp_path: Path) -> None:
    with pytest.raises(BadFacts, match=r"facts\.json is not JSON"):
        facts_of(tmp_path, "{")
    with pytest.raises(BadFacts, match="“a” stands twice in one object"):
        facts_of(tmp_path, '{"a": 1, "b": 2, "a": 3}')
    with pytest.raises(BadFacts, match=r"none\.json cannot be read"):
        read(tmp_path / "none.json")
