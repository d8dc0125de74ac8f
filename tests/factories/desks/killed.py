"""Kills a simulated MetaTrader in the middle of its clients' trading and looks at what is left."""

import random
import threading
import time
from decimal import Decimal
from pathlib import Path

from tests.factories.agents import wait_until
from tests.factories.desks.asked import everything
from tests.factories.desks.crowd import require_sound
from tests.factories.simulator import Line, Process, running
from trading.gateway.clock import now
from trading.gateway.simulator.beginning.start import arguments, load

WORLD = ("--seed", "5", "--accounts", "12", "--days", "3")


def sound_after_kill(folder: Path, *, after: float, world: tuple[str, ...] = WORLD) -> int:
    """Let a server live for so many seconds, kill it, and prove its disk; return its last ticket.

    Clients trade by themselves at fifty times the usual speed while two managers move money.
    """
    with running(folder, *world, "--speed", "50") as process:
        managers = [threading.Thread(target=_pay, args=(process, one)) for one in (1, 2)]
        for manager in managers:
            manager.start()
        control = process.control()
        begun = control.result("status")["operations"]
        wait_until(lambda: control.result("status")["operations"] > begun + 5, seconds=60)
        time.sleep(after)
        process.kill()
        for manager in managers:
            manager.join(30)
    place = ["--state", str(folder / "state"), "--socket", str(folder / "mt4")]
    loaded = load(arguments(place), now)
    try:
        require_sound(loaded.desk, {}, list(everything(loaded.desk).values()))
        return loaded.desk.book.last_ticket
    finally:
        loaded.journal.close()


def _pay(process: Process, seed: int) -> None:
    chance = random.Random(seed)
    try:
        line: Line = process.direct()
        logins = line.result("logins")
        while True:
            amount = str(Decimal(chance.randint(1, 900)))
            login = chance.choice(logins)
            fields = {"cmd": 6, "orderby": login, "price": amount, "comment": "paid"}
            line.ask("transaction", type=83, **fields)
    except (EOFError, OSError):
        return  # it was killed
