"""The real process: its protocol, its durability under kill -9, its start and its end."""

import os
import signal
import socket
import subprocess
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories.simulator import ROOT, Line, Process, command, running
from tests.factories.statements import CANCELLED, CLOSED, DEPOSIT, OPEN, WORKING, own

pytestmark = pytest.mark.processes

SMALL = ("--seed", "3", "--accounts", "6", "--days", "5", "--hold-prices")
ALL_TIME = {"start": "2020-01-01T00:00:00Z", "end": "2037-01-01T00:00:00Z"}


def a_trader(line: Line) -> int:
    """A login that may trade, in dollars."""
    records = line.result("accounts")["records"]
    return next(
        one["login"]
        for one in records
        if one["enabled"] and not one["read_only"] and Decimal(one["balance"]) > 200
    )


def deposit(line: Line, login: int, comment: str, amount: str = "1") -> dict[str, Any]:
    fields = {"type": 83, "cmd": 6, "orderby": login, "price": amount, "comment": comment}
    return line.ask("transaction", **fields)


def started(folder: Path, *line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *line), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_questions_and_changes_over_the_socket(short_folder: Path) -> None:
    with running(short_folder, *SMALL) as process:
        line = process.direct()
        assert line.hello["server"] == "Live-1"
        info = line.result("server_info")
        assert (info["timezone"], info["end_of_day"]) == ("Europe/Athens", "23:59")
        assert len(line.result("symbols")) == len(line.result("quotes")) == 28
        assert len(line.result("groups")) == 4
        logins = line.result("logins")
        assert len(logins) == 6
        login = a_trader(line)
        ticket = deposit(line, login, "m1 deposit", "25")["result"]["order"]
        [found] = line.result("find_marker", marker="m1 ", **ALL_TIME)
        assert found == line.result("trade", ticket=ticket)
        assert found in line.result("history", login=login, **ALL_TIME)
        quote = next(q for q in line.result("quotes") if q["symbol"] == "EURUSD")
        trade = {"symbol": "EURUSD", "volume": 2, "price": quote["ask"], "orderby": login}
        position = line.result("transaction", type=75, cmd=0, **trade)["order"]
        price = quote["bid"]
        part = line.result("transaction", type=76, order=position, volume=1, price=price)
        assert part["trade"]["comment"] == f"to #{part['remainder']}"
        rest = line.result("trade", ticket=part["remainder"])
        assert rest["comment"] == f"from #{position}"
        assert rest["ticket"] in [one["ticket"] for one in line.result("open_trades")]
        margin = line.result("margin", login=login)
        assert Decimal(margin["equity"]) - Decimal(margin["margin"]) == Decimal(
            margin["free_margin"]
        )


def test_refusals_carry_metatraders_codes(short_folder: Path) -> None:
    with running(short_folder, *SMALL) as process:
        line = process.direct()
        login = a_trader(line)
        order = {"symbol": "EURUSD", "volume": 1, "price": "1.1", "orderby": login}
        person = {"group": "STD-USD", "name": "A", "password": "abc12"}
        asked: list[tuple[str, dict[str, Any], int]] = [
            ("nonsense", {}, 3),
            ("margin", {"login": "5"}, 3),
            ("margin", {"login": 2**40}, 3),
            ("margin", {"login": 5}, 65),
            ("trade", {"ticket": 5}, 3),
            ("find_marker", {"marker": "", **ALL_TIME}, 3),
            ("history", {"login": login, "start": "today", "end": "now"}, 3),
            ("transaction", {"type": 66, "cmd": 0, **order}, 3),
            ("transaction", {"type": 78, "order": 1}, 3),
            ("transaction", {"type": 76, "order": 1, "volume": 1}, 3),
            ("transaction", {"type": 83, "cmd": 7, "orderby": login, "price": "5"}, 3),
            ("transaction", {"type": 83, "cmd": 6, "orderby": login, "price": "1e3"}, 3),
            ("user_new", {**person, "password_investor": "abc12"}, 3),
            ("user_new", {**person, "group": "none", "password_investor": "abc13"}, 3),
        ]
        for verb, args, code in asked:
            answer = line.ask(verb, **args)
            assert (answer["code"], answer["result"]) == (code, None), (verb, args)
        made = line.result("user_new", **person, password_investor="abc13")["login"]
        assert line.result("account", login=made)["balance"] == "0"


def test_a_listener_hears_numbered_events_of_quotes_trades_and_accounts(
    short_folder: Path,
) -> None:
    with running(short_folder, *SMALL) as process:
        listener, control, line = process.pumping(), process.control(), process.direct()
        first = listener.receive()
        assert (first["number"], first["kind"]) == (1, "start")
        quote = control.result("set_quote", symbol="EURUSD", bid="1.05000")
        assert listener.until("quote")["quote"] == quote
        login = a_trader(line)
        opened = control.result(
            "client_open", login=login, cmd=0, symbol="EURUSD", volume=1, comment="by hand"
        )
        assert listener.until("trade_open")["trade"] == opened["trade"]
        control.result("client_close", login=login, ticket=opened["order"])
        assert listener.until("trade_close")["trade"]["ticket"] == opened["order"]
        event = listener.until("account")
        assert event["account"]["login"] == login
        assert event["number"] >= 5
        last = event["number"]
        for _ in range(3):
            last += 1
            assert listener.receive()["number"] == last


def test_a_free_market_ticks_and_its_clients_trade(short_folder: Path) -> None:
    line = ("--seed", "3", "--accounts", "6", "--days", "5", "--speed", "50")
    with running(short_folder, *line) as process:
        listener = process.pumping()
        assert listener.until("quote")["quote"]["bid"]
        assert listener.until("trade_open")["trade"]["login"]
        control = process.control()
        control.result("hold")
        before = process.direct().result("quotes")
        listener.until("ping")
        listener.until("ping")
        assert process.direct().result("quotes") == before
        control.result("release")
        listener.until("quote")


def test_the_stage_door_ends_the_day(short_folder: Path) -> None:
    with running(short_folder, *SMALL) as process:
        line, control = process.direct(), process.control()
        positions = [t for t in line.result("open_trades") if t["cmd"] < 2]
        assert control.result("run_end_of_day", seconds=600)["swaps"] <= len(positions)
        assert control.result("status")["closed_window"] is True
        assert deposit(line, a_trader(line), "late")["code"] == 132
        setting = {"at": "03:15", "seconds": 90}
        assert control.result("end_of_day", **setting) == setting
        assert control.ask("end_of_day", at="noon")["code"] == 3


@pytest.mark.parametrize("round_", range(3))
def test_what_was_acknowledged_survives_a_kill_and_comes_back_once(
    short_folder: Path, round_: int
) -> None:
    acknowledged: list[str] = []
    with running(short_folder, *SMALL) as process:
        line = process.direct()
        login = a_trader(line)
        before = Decimal(line.result("account", login=login)["balance"])
        enough = threading.Event()
        worker = threading.Thread(
            target=_deposit_until_cut, args=(process, login, acknowledged, enough)
        )
        worker.start()
        assert enough.wait(30)
        process.kill()
        worker.join(30)
    with running(short_folder, *SMALL) as process:
        line = process.direct()
        found = line.result("find_marker", marker=f"op{login}-", **ALL_TIME)
        comments = [record["comment"] for record in found]
        assert comments[: len(acknowledged)] == acknowledged
        assert len(comments) == len(set(comments)) <= len(acknowledged) + 1
        after = Decimal(line.result("account", login=login)["balance"])
        assert after == before + len(comments)
        tickets = [record["ticket"] for record in found]
        assert tickets == sorted(set(tickets))
        assert deposit(line, login, "afterwards")["result"]["order"] > tickets[-1]


def _deposit_until_cut(
    process: Process, login: int, acknowledged: list[str], enough: threading.Event
) -> None:
    line = process.direct()
    try:
        for number in range(100_000):
            comment = f"op{login}-{number}"
            assert deposit(line, login, comment)["code"] == 0
            acknowledged.append(comment)
            if number == 40:
                enough.set()
    except (EOFError, OSError):
        return


def test_a_half_close_that_was_acknowledged_survives_as_a_whole(short_folder: Path) -> None:
    with running(short_folder, *SMALL) as process:
        line, control = process.direct(), process.control()
        login = a_trader(line)
        opened = control.result("client_open", login=login, cmd=1, symbol="AUDUSD", volume=4)
        part = control.result("client_close", login=login, ticket=opened["order"], volume=1)
        process.kill()
    with running(short_folder, *SMALL) as process:
        line = process.direct()
        assert line.result("trade", ticket=opened["order"]) == part["trade"]
        assert line.result("trade", ticket=part["remainder"])["volume_hundredths"] == 3


def test_a_signal_says_goodbye_and_leaves_only_the_state(short_folder: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with running(short_folder, *SMALL) as process:
            listener, line = process.pumping(), process.direct()
            os.kill(process.child.pid, number)
            assert listener.until("stop")
            with pytest.raises(EOFError):
                listener.receive()
            with pytest.raises(EOFError):
                line.receive()
            assert process.child.wait(30) == 0
        assert [path.name for path in short_folder.iterdir()] == ["state"]


def test_a_message_that_is_none_ends_only_its_own_connection(short_folder: Path) -> None:
    with running(short_folder, *SMALL) as process:
        good = process.direct()
        for body in (b"[]", b"nonsense", b"\xff"):
            bad = process.direct()
            bad.send_bytes(body)
            with pytest.raises(EOFError):
                bad.receive()
        wrong = Line(process.path, "dealing")
        assert wrong.hello["code"] == 65
        with pytest.raises(EOFError):
            wrong.receive()
        assert good.ask("logins")["code"] == 0


def test_a_start_that_cannot_be_is_one_sentence_and_leaves_nothing(short_folder: Path) -> None:
    statement = short_folder / "none.csv"
    statement.write_text("this is, no statement\n")
    long = short_folder / ("x" * 100)
    wrong: list[tuple[tuple[str, ...], str]] = [
        (("--timezone", "Mars/Base"), "Mars/Base"),
        (("--code-page", "utf-16"), "code page"),
        (("--book", str(statement)), "--facts"),
        (("--book", str(statement), "--facts", str(short_folder / "f.json")), "f.json"),
        (("--socket", str(long)), "too long"),
        (("--socket", str(short_folder / "no" / "mt4")), "not there"),
    ]
    for line, named in wrong:
        ended = started(short_folder, *line)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert named in ended.stderr
        assert ended.stderr.count("\n") == 1
        assert not (short_folder / "state").exists()


def test_a_book_is_served_as_printed_and_read_only_once(short_folder: Path) -> None:
    statement, facts = own(short_folder, DEPOSIT, CLOSED, CANCELLED, OPEN, WORKING)
    line = ("--book", str(statement), "--facts", str(facts), "--hold-prices")
    with running(short_folder, *line) as process:
        direct = process.direct()
        assert direct.hello["server"] == "Book-1"
        records = direct.result("trades")["records"]
        assert [record["ticket"] for record in records] == [11, 12, 13, 14, 15]
        margin = direct.result("margin", login=900001)
        assert (margin["balance"], margin["equity"]) == ("1013.75", "1032.35")
        ticket = deposit(direct, 900001, "later")["result"]["order"]
        assert ticket == 16
    statement.unlink()
    with running(short_folder, *line) as process:
        assert process.direct().result("margin", login=900001)["balance"] == "1014.75"


def test_a_bad_book_leaves_no_state(short_folder: Path) -> None:
    statement, facts = own(short_folder, DEPOSIT, DEPOSIT)
    ended = started(short_folder, "--book", str(statement), "--facts", str(facts))
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "Ticket 11" in ended.stderr
    assert not (short_folder / "state").exists()


def test_a_second_server_or_another_world_is_refused(short_folder: Path) -> None:
    with running(short_folder, *SMALL):
        assert "Another server listens" in started(short_folder).stderr
        other = str(short_folder / "other")
        ended = started(short_folder, "--socket", other)
        assert (ended.returncode, "Another server uses" in ended.stderr) == (2, True)
    ended = started(short_folder, "--seed", "4", "--accounts", "6", "--days", "5")
    assert (ended.returncode, "origin" in ended.stderr) == (2, True)
    ended = started(short_folder, "--name", "Live-2")
    assert (ended.returncode, "Live-1" in ended.stderr) == (2, True)
    assert (short_folder / "state" / "metatrader.sqlite3").exists()


def test_a_dead_socket_is_replaced_a_strange_file_is_not(short_folder: Path) -> None:
    (short_folder / "mt4").write_text("somebody's letter")
    ended = started(short_folder, *SMALL)
    assert (ended.returncode, "no socket" in ended.stderr) == (2, True)
    assert (short_folder / "mt4").read_text() == "somebody's letter"
    (short_folder / "mt4").unlink()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(short_folder / "mt4"))
    with running(short_folder, *SMALL) as process:
        assert process.direct().ask("logins")["code"] == 0
