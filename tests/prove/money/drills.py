"""Withdrawals under the twelve faults of money.md §13.1, at the running server and on its wire.

One withdrawal a drill, asked for, approved and followed through the product, while one fault waits
for its command. Afterwards: it is settled or with a person, MetaTrader moved as often as the table
says, and the books agree unless the drill is about what must be found.
"""

import json
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from backoffice.demo.children import wait_until
from tests.bench.stage import sign_in
from tests.cluster import ROOT
from tests.factories.simulator import Line
from tests.journeys.running import Demo
from tests.prove.money import oracle
from tests.prove.money.desks import ROLES, customers_of
from tests.prove.money.errands import STAY, Browsers, Customer, Errand
from tests.prove.money.eye import Eye, Standing
from tests.prove.money.run import ACCOUNTS, NotProved, judge_of, records_of

Say = Callable[[str], None]

SERVER, WIRE = "server", "wire"
BALANCE = "transaction:83"
SETTLED = ("DEBITED", "CONFIRMED")
PERSON = ("UNCERTAIN", "MANUAL")
#: Deadline, transport, clocks and visibility of the demo's terms, the minute, and a slow machine.
LIMIT_SECONDS = 180.0
FOUND_SECONDS = 180.0
_CASE = "SELECT ticket FROM accounts_discrepancy WHERE payment_id = %s AND gone_at IS NULL"


@dataclass(frozen=True)
class Drill:
    """One fault at one place, how the withdrawal ends, and how often MetaTrader moves.

    `is_denied`: MetaTrader says a definite no and books it: that must be found and told.
    """

    mode: str
    place: str = SERVER
    verb: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    ends: tuple[str, str] = SETTLED
    moved: int = 1
    is_denied: bool = False

    @property
    def name(self) -> str:
        """What the report calls it."""
        told = ", ".join(f"{name} {value}" for name, value in self.fields.items())
        return f"{self.mode} at the {self.place}{f' ({told})' if told else ''}"


DRILLS: tuple[Drill, ...] = (
    Drill("F-01"),
    Drill("F-02"),
    Drill("F-03", fields={"delay_ms": 7000}),
    Drill("F-04", fields={"delay_ms": 7000}),
    Drill("F-05", ends=PERSON, moved=2),
    Drill("F-06", verb="find_marker", fields={"delay_ms": 5000, "count": 6}),
    Drill("F-07", fields={"code": 128}),
    Drill("F-07", fields={"code": 128, "applied": False}),
    Drill("F-07", fields={"code": 134}, ends=("REFUSED", "REFUSED"), is_denied=True),
    Drill("F-08", fields={"length": 4}, ends=PERSON),
    Drill("F-08", fields={"text": "edited by hand"}, ends=PERSON),
    Drill("F-09"),
    Drill("F-09", fields={"applied": False}),
    Drill("F-10"),
    Drill("F-10", fields={"applied": False}),
    Drill("F-11", fields={"zone": "Etc/GMT-9"}),
    Drill("F-12", fields={"amount": "-3.00", "text": "correction"}),
    Drill("F-01", WIRE),
    Drill("F-02", WIRE),
    Drill("F-03", WIRE, fields={"delay_ms": 7000}),
    Drill("F-04", WIRE, fields={"delay_ms": 7000}),
    Drill("F-05", WIRE),
    Drill("F-07", WIRE, fields={"code": 128}),
    Drill("F-09", WIRE),
    Drill("F-10", WIRE),
)


@dataclass(frozen=True)
class Drilled:
    """What one drill proved."""

    drill: str
    ended: str
    moved: int
    attempts: int
    seconds: float


@dataclass
class Ground:
    """A demo whose doors for faults are open, and people who carry withdrawals in it."""

    demo: Demo
    eye: Eye
    browsers: Browsers
    customers: list[Customer]
    sockets: Path
    apart: set[int] = field(default_factory=set)  # accounts whose books must not agree
    known: set[str] = field(default_factory=set)  # doubles that a drill made

    def run(self, drill: Drill) -> Drilled:
        """Set the fault, carry one withdrawal to its end, judge it; NotProved when it is not so."""
        customer, start = self.customers.pop(0), time.monotonic()
        self.wait_for_calm(customer)
        errand = Errand(customer, Decimal(101 + len(self.apart)) / 100, STAY)
        before = {one["ticket"] for one in self._records(customer)}
        self._carry(errand, lambda now: now is not None and now.state == "REQUESTED")
        self.set_fault(drill)
        end = self._carry(errand, lambda now: now is not None and is_at_rest(now))
        self.clear_faults()
        moved = [
            one
            for one in self._records(customer)
            if one["ticket"] not in before and Decimal(one["profit"]) == -errand.amount
        ]
        done = Drilled(
            drill.name, end.words, len(moved), end.attempts or 0, time.monotonic() - start
        )
        if (end.state, end.operation) != drill.ends or len(moved) != drill.moved:
            raise NotProved(f"{done}; {end.reason or end.waits_because or errand.said}")
        if drill.ends != SETTLED:
            self.apart.add(customer.account_id)
            self.known.add(end.marker or "")
        if drill.is_denied:
            self._is_found_and_put_back(end, customer, errand.amount)
        return done

    def _carry(self, errand: Errand, is_done: Callable[[Standing | None], bool]) -> Standing:
        until = time.monotonic() + LIMIT_SECONDS
        while True:
            now = next(iter(self.eye.standings([errand.key])), None)
            if now is not None and is_done(now):
                return now
            if time.monotonic() > until:
                raise NotProved(f"not at rest after {LIMIT_SECONDS:g} s: {now}; {errand.said}")
            errand.go_on(self.browsers, now)
            time.sleep(0.2)

    def wait_for_calm(self, customer: Customer) -> None:
        """The agent and its server answer, as they do between drills."""
        wait_until(lambda: bool(self._account(customer)), seconds=60, step=0.2)

    def _account(self, customer: Customer) -> Any:
        try:
            return self.demo.manager("account", login=customer.login)
        except (OSError, AssertionError):
            return None

    def _records(self, customer: Customer) -> list[dict[str, Any]]:
        """Every balance record of the account in MetaTrader, past the product."""
        found, after = [], 0
        while True:
            page = self.demo.manager("trades", since_stamp=0, after=after, limit=5000)
            found += [
                one
                for one in page["records"]
                if one["login"] == customer.login and int(one["cmd"]) == 6
            ]
            after = page["next"]
            if not after:
                return found

    def set_fault(self, drill: Drill) -> None:
        """Let the fault strike the next command."""
        told = {"count": 1, **drill.fields, "mode": drill.mode}
        if drill.place == SERVER:
            self._stage("set_fault", **told, verb=drill.verb or BALANCE)
        else:
            self._wire(**told, do="set_fault", verb=drill.verb or "change_balance")

    def clear_faults(self) -> None:
        """Let everything work again; who just restarted is waited for."""
        wait_until(self._cleared, seconds=60, step=0.3)

    def _cleared(self) -> bool:
        try:
            self._stage("clear_faults")
            self._wire(do="clear_faults")
        except (OSError, EOFError, ValueError):
            return False
        return True

    def _stage(self, what: str, /, **arguments: Any) -> None:
        line = Line(self.sockets / "metatrader.control")
        try:
            line.result(what, **arguments)
        finally:
            line.close()

    def _wire(self, **request: Any) -> None:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(20)
            door.connect(str(self.sockets / "wire"))
            door.sendall(json.dumps(request).encode() + b"\n")
            json.loads(door.makefile().readline())

    def _is_found_and_put_back(self, end: Standing, customer: Customer, amount: Decimal) -> None:
        """The case is opened, the page says so; a dealer puts it back, and it is closed."""
        if not wait_until(lambda: bool(self._case(end)), seconds=FOUND_SECONDS, step=1):
            raise NotProved(f"payment {end.payment_id}: refused, booked, and nobody noticed")
        page = self.browsers.approver.get(f"/payments/{end.payment_id}/").text
        queue = self.browsers.approver.get("/payments/?view=uncertain").text
        if "booked it all the same" not in page or f"/payments/{end.payment_id}/" not in queue:
            raise NotProved(f"payment {end.payment_id}: its page does not say what MetaTrader did")
        ((ticket,),) = self._case(end)
        self.demo.manager(
            "transaction", type=83, cmd=6, orderby=customer.login, price=str(amount),
            comment=f"put back #{ticket}",
        )  # fmt: skip
        if not wait_until(lambda: not self._case(end), seconds=2 * FOUND_SECONDS, step=1):
            raise NotProved(f"payment {end.payment_id}: put back, and the case stays open")
        self.apart.discard(customer.account_id)

    def _case(self, end: Standing) -> list[tuple[Any, ...]]:
        return self.eye.rows(_CASE, [end.payment_id])

    def judge(self) -> None:
        """The books agree, and MetaTrader moved for what is confirmed; but for what was drilled."""
        told = judge_of(self.demo, self.sockets)
        wrong = [
            one
            for one in oracle.findings(told, records_of(self.demo))
            if not any(_is_about(one, marker) for marker in self.known)
            and not any(one.startswith(f"account {number}:") for number in self.apart)
        ]
        if wrong:
            raise NotProved("; ".join(wrong[:10]))


def _is_about(finding: str, marker: str) -> bool:
    """Whether a finding is about a marker, or about what a fault left of it."""
    named = finding.partition(" (")[0].partition(": in MetaTrader")[0].partition(": booked")[0]
    return len(named) > len(oracle.OURS) and marker.startswith(named)


def is_at_rest(now: Standing) -> bool:
    """Whether the machine owes a withdrawal nothing more."""
    return now.state in ("DEBITED", "REFUSED") or now.operation == "MANUAL"


@contextmanager
def ground_of(demo: Demo) -> Iterator[Ground]:
    """Send people into a running demo whose doors for faults are open."""
    sockets = demo.sockets
    eye = Eye(sockets)
    clients = [sign_in(demo, role) for role in ROLES]
    try:
        yield Ground(demo, eye, Browsers(*clients), customers_of(eye), sockets)
    finally:
        for client in clients:
            client.close()
        eye.close()


def drilled(ground: Ground, drills: Sequence[Drill], say: Say) -> Iterator[Drilled]:
    """Drill one after the other, and judge the whole at the end."""
    for drill in drills:
        done = ground.run(drill)
        say(
            f"  {done.drill:52}{done.ended:22} moved {done.moved}, "
            f"{done.attempts} attempts, {done.seconds:.1f} s"
        )
        yield done
    ground.judge()


def prove(minutes: float, seed: int, say: Say) -> int:
    """Go on with the table where the last run of this seed ended; 1 when something is not so."""
    journal = ROOT / "prove-results" / f"drills-{seed}.jsonl"
    journal.parent.mkdir(exist_ok=True)
    done = (
        [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
    )
    end, first = time.monotonic() + 60 * minutes, len(done) % len(DRILLS)
    left = [*DRILLS[first:], *DRILLS[:first]]
    say(
        f"  Withdrawals under faults, seed {seed}: {len(done)} are proved, at most {len(left)} more"
    )
    with tempfile.TemporaryDirectory(prefix="mt4bo-drills-") as name:
        Path(name).chmod(0o755)  # PostgreSQL's user walks through it
        demo = Demo(Path(name), ACCOUNTS=ACCOUNTS, DEMO_FAULTS="1", SEED=str(seed))
        try:
            with ground_of(demo.start()) as ground:
                in_time = (one for one in left if time.monotonic() < end)
                for one in drilled(ground, in_time, say):  # type: ignore[arg-type]
                    done.append(asdict(one))
                    with journal.open("a") as out:
                        out.write(json.dumps(asdict(one)) + "\n")
        except NotProved as problem:
            say(f"  NOT PROVED, seed {seed}: {problem}")
            return 1
        finally:
            demo.stop()
            demo.verb("reset")
    say(f"  {len(done)} drills of {len(DRILLS)} kinds: every one settled or with a person, "
        "MetaTrader moved as often as it may, books agree")  # fmt: skip
    return 0
