"""Exact faults behind the wire: what the asker is told, and what MetaTrader holds afterwards."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories.agents import (
    Running,
    Script,
    a_passage,
    a_record,
    an_agent,
    wait_until,
)
from tests.trading.gateway.journal.test_journal import FailingDisk
from trading.gateway import clock
from trading.gateway.agent.engine import LinkError
from trading.gateway.errors import (
    BadMessage,
    GatewayError,
    NotSent,
    Refused,
    Unavailable,
    Uncertain,
)
from trading.gateway.remote.gateway import RemoteGateway
from trading.terms import BalanceKind, Cmd, Done

SHORT = {"trade": 3, "read": 3, "change": 3, "history": 3}


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def running(script: Script, tmp_path: Path) -> Iterator[Running]:
    with an_agent(script, tmp_path) as agent:
        yield agent


@pytest.fixture
def gateway(running: Running) -> Iterator[RemoteGateway]:
    made = RemoteGateway(running.address, deadlines=SHORT)
    yield made
    made.close()


def deposit(gateway: RemoteGateway, marker: str = "BO:1", attempt: int = 1, **changed: Any) -> Done:
    fields: dict[str, Any] = {
        "passage": a_passage(marker, attempt),
        "login": 7,
        "kind": BalanceKind.BALANCE,
        "amount": Decimal("10.00"),
        "comment": "",
    }
    return gateway.change_balance(**(fields | changed))


def said(call: Any) -> Any:
    with pytest.raises(GatewayError) as caught:
        call()
    return caught.value


def search(gateway: RemoteGateway, marker: str = "BO:1") -> int:
    span = {"start": clock.now() - timedelta(days=1), "end": clock.now() + timedelta(days=1)}
    return len(gateway.find_marker(login=7, marker=marker, **span))


def raising(error: Exception) -> Any:
    def fail() -> None:
        raise error

    return fail


def test_yes_is_the_record_read_back(script: Script, gateway: RemoteGateway) -> None:
    done = deposit(gateway, comment="a gift that fits to a byte")
    assert (done.ticket, done.code, done.login) == (1, 0, 7)
    assert done.record is not None
    assert done.record.comment == "BO:1 a gift that fits to a byte"
    assert script.sent == len(script.booked) == 1


def test_the_same_attempt_is_sent_once(script: Script, gateway: RemoteGateway) -> None:
    deposit(gateway)
    answer = said(lambda: deposit(gateway))
    assert isinstance(answer, NotSent)
    assert answer.reason == "seen"
    assert script.sent == 1


def test_with_the_gate_off_the_double_send_does_happen(script: Script, tmp_path: Path) -> None:
    """The positive control: it is the gate that prevents it, nothing else."""
    with an_agent(script, tmp_path, gate_open=True) as running:
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        deposit(gateway)
        assert isinstance(said(lambda: deposit(gateway)), Uncertain)  # two records carry the marker
        gateway.close()
    assert script.sent == len(script.booked) == 2


def test_an_answer_lost_after_the_booking_is_uncertain(
    script: Script, gateway: RemoteGateway
) -> None:
    script.after = raising(LinkError("cut"))
    assert isinstance(said(lambda: deposit(gateway)), Uncertain)
    assert said(lambda: deposit(gateway)).reason == "seen"
    assert search(gateway) == len(script.booked) == script.sent == 1


def test_a_link_lost_before_the_booking_is_uncertain_too(
    script: Script, gateway: RemoteGateway
) -> None:
    script.before = raising(LinkError("cut"))
    assert isinstance(said(lambda: deposit(gateway)), Uncertain)
    assert (script.sent, search(gateway)) == (1, 0)


def test_absence_lets_the_next_attempt_out(script: Script, gateway: RemoteGateway) -> None:
    script.before = raising(LinkError("cut"))
    assert isinstance(said(lambda: deposit(gateway)), Uncertain)
    script.before = lambda: None
    assert said(lambda: deposit(gateway, attempt=2)).reason == "seen"
    gateway.close_attempt(login=7, marker="BO:1", attempt=1)
    assert search(gateway) == 0
    assert deposit(gateway, attempt=2).ticket == 1
    assert said(lambda: deposit(gateway)).reason == "closed"
    assert script.sent == 2


def test_a_delayed_answer_is_uncertain_and_the_late_yes_is_found(
    script: Script, gateway: RemoteGateway
) -> None:
    script.after = lambda: time.sleep(3.5)
    assert isinstance(said(lambda: deposit(gateway)), Uncertain)
    script.after = lambda: None
    wait_until(lambda: _found(gateway))
    assert script.sent == len(script.booked) == 1


def _found(gateway: RemoteGateway) -> bool:
    try:
        return search(gateway) == 1
    except Unavailable:
        return False  # the command is still in flight


def test_nothing_is_searched_while_the_login_has_a_command_in_flight(
    script: Script, gateway: RemoteGateway
) -> None:
    let_go = threading.Event()
    script.after = lambda: let_go.wait(10) and None
    sending = threading.Thread(target=lambda: deposit(gateway))
    sending.start()
    wait_until(lambda: script.sent == 1)
    try:
        assert "in flight" in str(said(lambda: search(gateway)))
        assert said(lambda: deposit(gateway, "BO:2")).reason == "busy"
    finally:
        let_go.set()
        sending.join()
    assert search(gateway) == 1


@pytest.mark.parametrize("code", [3, 7, 64, 134])
def test_a_definite_no_is_refused(script: Script, gateway: RemoteGateway, code: int) -> None:
    script.code, script.books = code, False
    answer = said(lambda: deposit(gateway))
    assert isinstance(answer, Refused)
    assert (answer.code, answer.text) == (code, "scripted")


@pytest.mark.parametrize("code", [1, 2, 4, 6, 8, 9, 65, 128, 132, 142, 143, 255, 777])
@pytest.mark.parametrize("books", [True, False])
def test_a_code_that_proves_nothing_is_uncertain(
    script: Script, gateway: RemoteGateway, code: int, books: bool
) -> None:
    script.code, script.books = code, books
    answer = said(lambda: deposit(gateway))
    assert isinstance(answer, Uncertain)
    assert answer.code == code


def test_a_yes_without_a_record_is_uncertain(script: Script, gateway: RemoteGateway) -> None:
    script.books = False
    answer = said(lambda: deposit(gateway))
    assert isinstance(answer, Uncertain)
    assert answer.code == 0


def test_a_record_that_shows_late_is_waited_for(script: Script, gateway: RemoteGateway) -> None:
    script.seen_late = 2
    assert deposit(gateway).ticket == 1


@pytest.mark.parametrize(
    "other", [{"profit": Decimal("10.01")}, {"login": 8}, {"cmd": Cmd.CREDIT}, {"twice": True}]
)
def test_a_record_that_says_something_else_is_uncertain(
    script: Script, gateway: RemoteGateway, other: dict[str, Any]
) -> None:
    script.books = other.pop("twice", False)
    script.booked.append(a_record(1, comment="BO:1", opened_at=clock.now(), **other))
    answer = said(lambda: deposit(gateway))
    assert isinstance(answer, Uncertain)
    assert "says something else" in str(answer) or "2 records carry the marker" in str(answer)


def test_a_passed_deadline_lets_nothing_out(script: Script, gateway: RemoteGateway) -> None:
    answer = said(lambda: deposit(gateway, passage=a_passage("BO:1", seconds=-1)))
    assert isinstance(answer, NotSent)
    assert (answer.reason, script.sent) == ("deadline", 0)


def test_a_deadline_that_passes_in_the_queue_lets_nothing_out(
    script: Script, gateway: RemoteGateway
) -> None:
    let_go = threading.Event()
    script.asked = lambda: let_go.wait(10) and None
    reading = threading.Thread(target=gateway.quotes)
    reading.start()
    time.sleep(0.2)
    threading.Timer(1.5, let_go.set).start()
    answer = said(lambda: deposit(gateway, passage=a_passage("BO:1", seconds=1)))
    reading.join()
    assert (answer.reason, script.sent) == ("deadline", 0)


def test_an_unknown_clock_lets_no_command_out(script: Script, tmp_path: Path) -> None:
    with an_agent(script, tmp_path, clock_error_ms=20_000) as running:
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        assert said(lambda: deposit(gateway)).reason == "clock"
        assert gateway.quotes()
        gateway.close()
    assert script.sent == 0


def test_the_end_of_the_day_lets_nothing_out(script: Script, gateway: RemoteGateway) -> None:
    script.closed_window = True
    assert said(lambda: deposit(gateway)).reason == "end_of_day"
    script.closed_window = False
    assert deposit(gateway).ticket == 1  # the same attempt: nothing was written of it


def test_without_metatrader_nothing_was_sent(script: Script, tmp_path: Path) -> None:
    script.is_down = True
    with an_agent(script, tmp_path) as running:
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        assert said(lambda: deposit(gateway)).reason == "unreachable"
        assert isinstance(said(gateway.quotes), Unavailable)
        gateway.close_attempt(login=7, marker="BO:9", attempt=1)  # closing needs no MetaTrader
        script.is_down = False
        assert deposit(gateway).ticket == 1
        assert said(lambda: deposit(gateway, "BO:9")).reason == "closed"
        gateway.close()


def test_closing_an_attempt_means_a_new_connection_before_the_search(
    script: Script, gateway: RemoteGateway
) -> None:
    script.code, script.books = 128, False
    assert isinstance(said(lambda: deposit(gateway)), Uncertain)
    before = gateway.server_info().connection_number
    gateway.close_attempt(login=7, marker="BO:1", attempt=1)
    assert search(gateway) == 0
    assert gateway.server_info().connection_number == before + 1
    gateway.close_attempt(login=7, marker="BO:1", attempt=1)
    assert gateway.server_info().connection_number == before + 1


def test_a_failing_journal_stops_the_agent(script: Script, tmp_path: Path) -> None:
    disk = FailingDisk("sync", 100)
    with an_agent(script, tmp_path, disk=disk) as running:
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        gateway.server_info()
        disk.left = 0
        assert said(lambda: deposit(gateway)).reason == "unreachable"
        disk.left = 100
        assert said(lambda: deposit(gateway, "BO:2")).reason == "unreachable"
        gateway.close()
    assert script.sent == 0
    assert "journal cannot be written" in running.stopped[0]


def test_an_answer_that_the_journal_cannot_take_is_given_all_the_same(
    script: Script, tmp_path: Path
) -> None:
    disk = FailingDisk("sync", 100)
    with an_agent(script, tmp_path, disk=disk) as running:
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        gateway.server_info()
        disk.left = 1
        assert deposit(gateway).ticket == 1
        gateway.close()
    assert running.stopped


def test_other_commands_may_be_tried_again_after_a_later(
    script: Script, gateway: RemoteGateway
) -> None:
    script.booked.append(a_record(5, cmd=Cmd.BUY, closed_at=None, closed_server_time=None))
    order = {"login": 7, "ticket": 5, "volume_hundredths": 10, "price": Decimal("1.1")}
    script.code = 137

    def close(marker: str, attempt: int) -> Any:
        passage = a_passage(marker, attempt)
        return said(lambda: gateway.close_trade(passage=passage, **order))

    assert close("T", 1).reason == "busy"
    script.code = 129
    assert isinstance(close("T", 2), Refused)
    order["login"] = 8
    assert "login 8 has no open ticket 5" in str(close("U", 1))
    assert script.sent == 2


def test_figures_of_another_login_are_not_believed(gateway: RemoteGateway) -> None:
    assert "another login" in str(said(lambda: gateway.margin(login=7)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"comment": "ünïcode"},
        {"comment": "a gift that is a byte longer"},
        {"amount": Decimal(0)},
        {"passage": a_passage("")},
        {"passage": a_passage("x" * 32)},
        {"passage": a_passage("BO:1\n")},
        {"passage": a_passage("BO:1", 0)},
    ],
)
def test_a_command_that_cannot_be_is_a_bad_message(
    script: Script, gateway: RemoteGateway, wrong: dict[str, Any]
) -> None:
    assert isinstance(said(lambda: deposit(gateway, **wrong)), BadMessage)
    assert script.sent == 0
