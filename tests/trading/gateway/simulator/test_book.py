"""A server out of statements: every printed ticket is kept, and what cannot be is refused."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.factories.simulator import Clock, a_desk
from tests.factories.statements import CANCELLED, CLOSED, DEPOSIT, OPEN, WORKING, own
from trading.gateway.simulator.beginning.state import Beginning, CannotBegin
from trading.gateway.simulator.beginning.statements import from_statements, read_server
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.hours import Hours
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Cmd, MarginState, TradeRecord

FACTS_OF = Path(__file__).parents[2] / "books"


def hours() -> Hours:
    return Hours(ZoneInfo("Europe/Athens"), Clock(), weekends=True)


def begun(statements: list[Path], facts: Path) -> Beginning:
    return from_statements(*read_server(statements, facts), hours(), Clock().time)


def a_book_desk(folder: Path, beginning: Beginning) -> Desk:
    folder.mkdir()
    return a_desk(folder, beginning=beginning)


def test_every_row_becomes_its_ticket(tmp_path: Path) -> None:
    statement, facts = own(tmp_path, DEPOSIT, CLOSED, CANCELLED, OPEN, WORKING)
    made = begun([statement], facts)
    by_ticket: dict[int, TradeRecord] = {trade.ticket: trade for trade in made.trades}
    assert list(by_ticket) == [11, 12, 13, 14, 15]
    closed = by_ticket[12]
    assert (closed.magic, closed.comment) == (77, "robot")
    assert (closed.profit, closed.swap) == (Decimal("10.00"), Decimal("-0.55"))
    assert closed.opened_server_time == datetime(2026, 1, 5, 11)  # noqa: DTZ001
    assert closed.opened_at.hour == 9  # winter
    assert by_ticket[14].opened_at.hour == 8  # summer
    assert (by_ticket[13].comment, by_ticket[13].is_open) == ("cancelled", False)
    assert (by_ticket[15].cmd, by_ticket[15].is_open) == (Cmd.SELL_LIMIT, True)
    [account] = made.accounts
    assert account.balance == Decimal("5.00") + 1000 + Decimal("8.75")
    assert account.registered_server_time == datetime(2026, 1, 5, 10)  # noqa: DTZ001


def test_the_market_stands_at_the_printed_prices(tmp_path: Path) -> None:
    statement, facts = own(tmp_path, DEPOSIT, OPEN, WORKING)
    [quote] = begun([statement], facts).quotes
    assert (quote.bid, quote.ask) == (Decimal("1.10390"), Decimal("1.10400"))


@pytest.mark.parametrize(
    ("rows", "facts", "named"),
    [
        ((DEPOSIT, DEPOSIT), {}, "Ticket 11 of own.csv is already in own.csv"),
        (("no,statement",), {}, "own.csv"),
        ((CLOSED.replace("eurusd", "gbpusd"),), {}, "ticket 12 trades gbpusd"),
        ((CLOSED.replace("12,2026", "4294967296,2026", 1),), {}, "does not fit into 32 bits"),
        ((DEPOSIT,), {"accounts": []}, "No account is named for own.csv"),
        ((OPEN, OPEN.replace("14,", "16,", 1).replace("1.10400", "1.10401")), {}, "ticket 16"),
        (
            (OPEN,),
            {"quotes": {"eurusd": {"bid": "1.1", "ask": "1.2", "at": "2026-01-01T00:00:00Z"}}},
            "the ask of eurusd at 1.2",
        ),
    ],
)
def test_what_is_no_book_is_refused_in_one_sentence(
    tmp_path: Path, rows: tuple[str, ...], facts: dict[str, Any], named: str
) -> None:
    statement, beside = own(tmp_path, *rows, **facts)
    with pytest.raises(CannotBegin) as refused:
        begun([statement], beside)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_book_without_facts_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotBegin, match="--facts"):
        read_server([tmp_path / "own.csv"], None)


def real(shared_data: Path, name: str) -> Beginning:
    [statement] = (shared_data / "statements").glob(f"{name}_*.csv")
    return begun([statement], FACTS_OF / f"facts_{name}.json")


def printed(shared_data: Path, name: str) -> dict[str, str]:
    summaries = json.loads((shared_data / "statements" / "summaries.json").read_text())
    [summary] = [one for file, one in summaries.items() if file.startswith(name)]
    return summary


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "rows"), [("02", 4558), ("04", 1097), ("09", 13)])
def test_a_real_account_stands_at_what_metatrader_printed(
    tmp_path: Path, shared_data: Path, name: str, rows: int
) -> None:
    made = real(shared_data, name)
    assert len(made.trades) == rows
    desk = a_book_desk(tmp_path / "state", made)
    [account] = made.accounts
    state: MarginState = desk.margin_state(account.login)
    figures = {
        "Balance": state.balance,
        "Credit Facility": state.credit,
        "Floating P/L": state.floating,
        "Equity": state.equity,
        "Margin": state.margin,
        "Free Margin": state.free_margin,
    }
    summary = printed(shared_data, name)
    assert figures == {label: Decimal(summary[label]) for label in figures}
    for trade in desk.book.open.values():
        assert desk.priced(trade) == trade  # reckoned at the market it is what was printed


@pytest.mark.shared_data
def test_what_needs_a_quote_is_named_and_its_printed_profit_stays(
    tmp_path: Path, shared_data: Path
) -> None:
    made = real(shared_data, "07")
    desk = a_book_desk(tmp_path / "state", made)
    [account] = made.accounts
    assert account.balance == Decimal("8200.19")
    assert desk.reckon(account.login).margin == Decimal("562.03")
    with pytest.raises(No, match="eurchf") as refused:
        desk.margin_state(account.login)
    assert refused.value.code is Code.OFFQUOTES
    [position] = desk.book.open.values()
    assert desk.priced(position).profit == Decimal("44.04")


@pytest.mark.shared_data
def test_csv_and_html_of_one_account_make_the_same_server(shared_data: Path) -> None:
    folder = shared_data / "statements"
    [html] = folder.glob("04_*.htm")
    from_html = begun([html], FACTS_OF / "facts_04.json")
    from_csv = real(shared_data, "04")
    assert from_html.trades == from_csv.trades
    assert from_html.accounts == from_csv.accounts
