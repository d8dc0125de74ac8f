"""Every fault mode through real processes: what the asker is told, and what the server holds."""

import contextlib
import json
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.factories.agents import (
    ROOT,
    a_passage,
    agent_environment,
    an_address,
    start_python,
    wait_until,
)
from tests.factories.simulator import Line
from trading.gateway import clock
from trading.gateway.errors import GatewayError, NotSent, Refused, Unavailable, Uncertain
from trading.gateway.remote.breaker import OwnTally
from trading.gateway.remote.gateway import RemoteGateway
from trading.terms import BalanceKind, Done

pytestmark = pytest.mark.processes

#: For answers that never come; every other test waits as long as a slow machine needs.
SHORT = {"trade": 1, "read": 1, "change": 3, "history": 3}
LONG = {"trade": 60, "read": 60, "change": 60, "history": 60}
BALANCE = "transaction:83"
_numbers = count(1)


class NeverOpen(OwnTally):
    """Breakers that stay closed: here every call is to go out."""

    def note(self, key: str, *, good: bool, now_ms: int, window_ms: int) -> tuple[int, int]:
        """See Tally."""
        return 0, 0


@dataclass
class Drill:
    """A gateway, the server's stage door, and the agent's door for faults of the wire."""

    gateway: RemoteGateway
    hasty: RemoteGateway
    control: Line
    wire: Path
    login: int

    def at_server(self, mode: str, verb: str = BALANCE, **fields: Any) -> None:
        """Set a fault of the server."""
        self.control.result("set_fault", mode=mode, verb=verb, **fields)

    def at_wire(self, mode: str, verb: str = "change_balance", **fields: Any) -> dict[str, Any]:
        """Set a fault of the wire; return what the door answers."""
        return self.ask_wire(do="set_fault", mode=mode, verb=verb, **fields)

    def ask_wire(self, **request: Any) -> dict[str, Any]:
        """Return the answer of the agent's door."""
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(20)
            door.connect(str(self.wire))
            door.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(door.makefile().readline())
        return answer

    def deposit(self, marker: str, gateway: RemoteGateway | None = None, **fields: Any) -> Done:
        """Move ten units in."""
        order: dict[str, Any] = {
            "passage": a_passage(marker), "login": self.login, "kind": BalanceKind.BALANCE,
            "amount": Decimal("10.00"), "comment": "",
        }  # fmt: skip
        return (gateway or self.gateway).change_balance(**(order | fields))

    def unanswered(self, marker: str, times: Callable[[], int], *, hasty: bool) -> str:
        """Deposit until a call was struck, and say under which marker; its answer is uncertain.

        On a slow machine a hasty call may not get as far as the fault: then it is made anew.
        """
        for number in range(30):
            own = f"{marker}{number:02}"
            answer = said(lambda m=own: self.deposit(m, gateway=self.hasty if hasty else None))
            if times():
                assert isinstance(answer, Uncertain)
                return own
        raise AssertionError("the fault never struck")

    def struck_at_server(self) -> int:
        """How often the server's faults struck."""
        return sum(one["struck"] for one in self.control.result("faults"))

    def struck_at_wire(self) -> int:
        """How often the wire's faults struck."""
        return sum(one["struck"] for one in self.ask_wire(do="faults")["faults"])

    def found(self, marker: str) -> int:
        """How many records carry the marker; -1 when that cannot be asked now."""
        span = {"start": clock.now() - timedelta(days=1), "end": clock.now() + timedelta(days=1)}
        try:
            return len(self.gateway.find_marker(login=self.login, marker=marker, **span))
        except Unavailable:
            return -1


def a_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def child(*line: str, environment: dict[str, str]) -> Iterator[None]:
    """Run a Python process of ours."""
    process = start_python("-m", *line, environment=environment, quiet=True)
    try:
        yield
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def processes() -> Iterator[Drill]:
    folder = Path(tempfile.mkdtemp(prefix="mt4-", dir="/tmp"))
    place = ["--state", f"{folder}/state", "--socket", f"{folder}/mt4", "--seed", "7"]
    world = ["--accounts", "4", "--days", "2", "--hold-prices", "--no-terminals", "--faults"]
    port = a_port()
    environment = agent_environment(folder, folder / "mt4", MT4_AGENT_LISTEN=f"127.0.0.1:{port}")
    server = child(
        "trading.gateway.simulator", *place, *world, environment={"PYTHONPATH": str(ROOT)}
    )
    agent = child("trading.gateway.agent", "--faults", f"{folder}/wire", environment=environment)
    address = an_address(f"http://127.0.0.1:{port}")
    gateway = RemoteGateway(address, tally=NeverOpen(), deadlines=LONG)
    hasty = RemoteGateway(address, tally=NeverOpen(), deadlines=SHORT)
    with server, agent:
        wait_until(lambda: is_there(gateway), seconds=60)
        records = gateway.accounts().records
        login = next(one.login for one in records if one.enabled and not one.read_only)
        yield Drill(gateway, hasty, Line(folder / "mt4.control"), folder / "wire", login)
        gateway.close()
        hasty.close()
    shutil.rmtree(folder)


def is_there(gateway: RemoteGateway) -> bool:
    try:
        gateway.server_info()
    except Unavailable:
        return False
    return True


@pytest.fixture
def drill(processes: Drill) -> Iterator[Drill]:
    yield processes
    with contextlib.suppress(EOFError, OSError):
        processes.control.result("clear_faults")
    processes.ask_wire(do="clear_faults")


@pytest.fixture
def marker() -> str:
    return f"BO:D{next(_numbers):03}"


def said(call: Any) -> Any:
    with pytest.raises(GatewayError) as caught:
        call()
    return caught.value


# Faults of the server -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "fields", "booked"),
    [
        ("F-01", {}, 0),
        ("F-02", {}, 1),
        ("F-03", {"delay_ms": 1300}, 1),
        ("F-04", {"delay_ms": 1300}, 1),
        ("F-05", {}, 2),
        ("F-07", {"code": 128}, 1),
        ("F-07", {"code": 128, "applied": False}, 0),
        ("F-09", {}, 1),
        ("F-09", {"applied": False}, 0),
    ],
)
def test_no_clear_answer_is_uncertain_and_the_search_tells(
    drill: Drill, marker: str, mode: str, fields: dict[str, Any], booked: int
) -> None:
    drill.at_server(mode, **fields)
    own = drill.unanswered(marker, drill.struck_at_server, hasty=mode < "F-05")
    drill.gateway.close_attempt(login=drill.login, marker=own, attempt=1)
    wait_until(lambda: drill.found(own) == booked, seconds=60)
    assert said(lambda: drill.deposit(own)).reason == "closed"
    assert drill.struck_at_server() == 1


def test_a_late_answer_within_the_patience_is_a_yes(drill: Drill, marker: str) -> None:
    drill.at_server("F-03", delay_ms=200)
    assert drill.deposit(marker).ticket
    drill.at_server("F-04", delay_ms=200)
    assert drill.deposit(f"{marker}b").ticket


def test_a_record_that_shows_late_is_uncertain_and_found_later(drill: Drill, marker: str) -> None:
    drill.at_server("F-06", "find_marker", count=0, delay_ms=3_600_000)
    assert isinstance(said(lambda: drill.deposit(marker)), Uncertain)
    assert drill.found(marker) == 0
    drill.control.result("clear_faults")
    assert drill.found(marker) == 1


def test_a_refusal_that_lies_is_believed_and_shows_in_the_search(drill: Drill, marker: str) -> None:
    """What reconciliation is for: no gate can know better than the server's definite no."""
    drill.at_server("F-07", code=134)
    answer = said(lambda: drill.deposit(marker))
    assert isinstance(answer, Refused)
    assert answer.code == 134
    assert drill.found(marker) == 1


@pytest.mark.parametrize("damage", [{"length": 4}, {"text": "edited by hand"}])
def test_a_damaged_comment_is_uncertain(drill: Drill, marker: str, damage: dict[str, Any]) -> None:
    drill.at_server("F-08", **damage)
    assert isinstance(said(lambda: drill.deposit(marker)), Uncertain)
    assert drill.found(marker) == 0


@pytest.mark.parametrize("applied", [True, False])
def test_a_restart_in_the_middle_is_uncertain_and_loses_nothing(
    drill: Drill, marker: str, applied: bool
) -> None:
    drill.at_server("F-10", applied=applied)
    assert isinstance(said(lambda: drill.deposit(marker)), Uncertain)
    wait_until(lambda: is_there(drill.gateway), seconds=60)
    drill.control.close()
    wait_until(lambda: reconnected(drill))
    wait_until(lambda: drill.found(marker) == applied)
    assert drill.control.result("faults") == []  # what was in force is forgotten


def reconnected(drill: Drill) -> bool:
    try:
        drill.control = Line(drill.control.path)
    except OSError:
        return False
    return True


def test_a_zone_that_jumps_moves_no_money_twice(drill: Drill, marker: str) -> None:
    before = drill.gateway.server_info()
    drill.at_server("F-11", zone="Etc/GMT-9")
    assert drill.deposit(marker).ticket
    after = drill.gateway.server_info()
    assert after.timezone == "Etc/GMT-9"
    assert after.server_time - before.server_time > timedelta(hours=5)
    assert drill.found(marker) == 1
    assert said(lambda: drill.deposit(marker)).reason == "seen"
    drill.control.result("clear_faults")
    assert drill.gateway.server_info().timezone == before.timezone


def test_a_foreign_operation_in_between_is_told_apart(drill: Drill, marker: str) -> None:
    before = drill.gateway.margin(login=drill.login).balance
    drill.at_server("F-12", amount="-3.00", text="correction")
    assert drill.deposit(marker).ticket
    assert drill.gateway.margin(login=drill.login).balance == before + 7
    end = clock.now() + timedelta(days=1)
    lines = drill.gateway.journal(start=end - timedelta(days=2), end=end, text="correction").records
    assert [(line.author, line.ip) for line in lines] == [(901, "192.0.2.77")]
    assert f"-3.00 for '{drill.login}'" in lines[0].message


def test_questions_suffer_too_and_may_be_asked_again(drill: Drill) -> None:
    drill.at_server("F-09", "logins")
    assert isinstance(said(drill.gateway.logins), Unavailable)
    assert drill.gateway.logins()
    drill.at_server("F-01", "margin", count=0)
    assert isinstance(said(lambda: drill.hasty.margin(login=drill.login)), Unavailable)


def test_a_lost_pump_comes_back(drill: Drill) -> None:
    wait_until(lambda: drill.control.result("status")["listeners"] == 1)
    assert drill.control.result("stop_pumping") == {"stopped": 1}
    wait_until(lambda: drill.control.result("status")["listeners"] == 1)


# Faults of the wire -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "fields", "booked"),
    [
        ("F-01", {}, 0),
        ("F-02", {}, 1),
        ("F-03", {"delay_ms": 1300}, 1),
        ("F-07", {}, 1),
        ("F-09", {}, 1),
        ("F-09", {"applied": False}, 0),
    ],
)
def test_a_broken_wire_is_uncertain(
    drill: Drill, marker: str, mode: str, fields: dict[str, Any], booked: int
) -> None:
    drill.at_wire(mode, **fields)
    own = drill.unanswered(marker, drill.struck_at_wire, hasty=mode < "F-05")
    wait_until(lambda: drill.found(own) == booked, seconds=60)


def test_what_comes_too_late_over_the_wire_does_not_leave(drill: Drill, marker: str) -> None:
    drill.at_wire("F-04", delay_ms=1300)
    passage = a_passage(marker, seconds=1)
    answer = said(lambda: drill.deposit(marker, passage=passage))
    assert isinstance(answer, NotSent)
    assert (answer.reason, drill.found(marker)) == ("deadline", 0)


def test_a_message_that_comes_twice_acts_once(drill: Drill, marker: str) -> None:
    drill.at_wire("F-05")
    assert drill.deposit(marker).ticket
    assert drill.found(marker) == 1


@pytest.mark.parametrize("applied", [True, False])
def test_an_agent_that_restarts_in_the_middle_sends_nothing_twice(
    drill: Drill, marker: str, applied: bool
) -> None:
    drill.at_wire("F-10", applied=applied)
    assert isinstance(said(lambda: drill.deposit(marker)), Uncertain)
    wait_until(lambda: is_there(drill.gateway), seconds=60)
    wait_until(lambda: drill.found(marker) == applied)
    if applied:
        assert said(lambda: drill.deposit(marker)).reason == "seen"


def test_the_doors_say_what_they_do_not_know(drill: Drill) -> None:
    assert "no fault of the wire" in drill.at_wire("F-06")["error"]
    assert "error" in drill.ask_wire(do="set_fault", mode="F-99")
    assert "error" in drill.ask_wire(do="stop")
    assert drill.control.ask("set_fault", mode="F-99")["code"] == 3
    assert drill.control.ask("set_fault", mode="F-11", zone="Nowhere/At all")["code"] == 3
