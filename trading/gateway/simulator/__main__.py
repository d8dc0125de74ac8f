"""The process: `python -m trading.gateway.simulator --state DIR --socket PATH …`."""

import argparse
import asyncio
import contextlib
import logging
import signal
import sqlite3
import sys
import time
from collections.abc import Callable

from trading.gateway.clock import now
from trading.gateway.faults import Faults
from trading.gateway.simulator.beginning.folder import StateInUse, lock
from trading.gateway.simulator.beginning.start import (
    CannotStart,
    Loaded,
    arguments,
    check_socket,
    load,
)
from trading.gateway.simulator.beginning.state import CannotBegin
from trading.gateway.simulator.clockwork import Clockwork
from trading.gateway.simulator.front.control import Control
from trading.gateway.simulator.front.direct import Direct
from trading.gateway.simulator.front.faults import FaultDoor, FaultyService
from trading.gateway.simulator.front.pump import Pump
from trading.gateway.simulator.front.server import Server
from trading.gateway.simulator.front.settings import SettingVerbs
from trading.gateway.simulator.market import STEPS_PER_SECOND
from trading.gateway.simulator.office.antiflood import Antiflood
from trading.gateway.simulator.traders import Traders

WRONG_START = 2
BROKEN = 1

log = logging.getLogger("simulator")


def main(line: list[str] | None = None) -> int:
    """Run until a signal says stop; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    given = arguments(line)
    try:
        check_socket(given.socket)
        made = not given.state.exists()
        with lock(given.state):
            try:
                loaded = load(given, now)
            except (CannotBegin, CannotStart, OSError, sqlite3.Error):
                if made:
                    _forget(given)
                raise
            return asyncio.run(_live(given, loaded))
    except StateInUse:
        _complain(f"Another server uses {given.state}; stop it or choose another --state folder")
    except (CannotBegin, CannotStart) as wrong:
        _complain(str(wrong))
    except (OSError, sqlite3.Error) as wrong:
        _complain(f"The state in {given.state} cannot be used ({wrong}); check folder and disk")
    return WRONG_START


async def _live(given: argparse.Namespace, loaded: Loaded) -> int:
    desk = loaded.desk
    pump = Pump(desk.hours)
    desk.book.tell = pump.tell
    traders = Traders(desk, seed=loaded.seed) if loaded.has_terminals else None
    clockwork = Clockwork(desk, traders=traders, on_quotes=pump.tell_quotes)
    direct = Direct(desk)
    antiflood, faults = Antiflood(), Faults() if given.faults else None
    more = {**SettingVerbs(desk, antiflood).verbs, **FaultDoor(desk, pump, faults).verbs}
    control = Control(desk, clockwork, pump, direct, more)
    faulty = FaultyService(desk, faults) if faults is not None else None
    server = Server(desk, direct, control, pump, (antiflood, faulty))
    clockwork.end_days_due()
    await server.start(given.socket)
    log.info("%s listens on %s", desk.identity.name, given.socket)
    beats = [
        asyncio.create_task(_every(1 / STEPS_PER_SECOND / given.speed, clockwork.quarter)),
        asyncio.create_task(_every(1 / given.speed, clockwork.clients)),
        asyncio.create_task(_every(1, clockwork.second)),
        asyncio.create_task(_every(1, pump.ping)),
    ]
    stopped = asyncio.create_task(_stop_signal())
    ended, _ = await asyncio.wait(
        {*beats, stopped, server.failed}, return_when=asyncio.FIRST_COMPLETED
    )
    for beat in (*beats, stopped):
        beat.cancel()
    await server.stop()
    broken = [task.exception() for task in ended if task is not stopped]
    if broken:
        log.error("stopped, because the state could not be kept", exc_info=broken[0])
        return BROKEN
    clockwork.save_quotes()
    loaded.journal.close()
    return 0


async def _every(seconds: float, beat: Callable[[], None]) -> None:
    due = time.monotonic()
    while True:
        beat()
        due = max(due + seconds, time.monotonic() - 1)  # a sleep of the machine is not caught up
        await asyncio.sleep(max(0, due - time.monotonic()))


async def _stop_signal() -> None:
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    await asked.wait()


def _forget(given: argparse.Namespace) -> None:
    """Remove a state folder that was made for a start that failed."""
    (given.state / "lock").unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        given.state.rmdir()


def _complain(sentence: str) -> None:
    sys.stderr.write(sentence.rstrip(".") + ".\n")


if __name__ == "__main__":
    sys.exit(main())
