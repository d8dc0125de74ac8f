"""Starts a simulated MetaTrader: its arguments, its state folder, and what it is made of."""

import argparse
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from trading.gateway.simulator.beginning import folder as state_file
from trading.gateway.simulator.beginning.instruments import instruments
from trading.gateway.simulator.beginning.state import Beginning, write_beginning
from trading.gateway.simulator.beginning.statements import from_statements, read_server
from trading.gateway.simulator.beginning.world import invent
from trading.gateway.simulator.book import Book
from trading.gateway.simulator.desk import Desk, Identity
from trading.gateway.simulator.hours import Hours
from trading.gateway.simulator.journal import Journal
from trading.gateway.simulator.market import Market
from trading.gateway.simulator.protocol import control_path

BUILD = 1440
LONGEST_SOCKET_PATH = 107
DEFAULTS = {"name": "Live-1", "timezone": "Europe/Athens", "company": "Example Markets Ltd"}
DEFAULT_WORLD = {"seed": 1, "accounts": 40, "days": 30}
_SIZES = ("accounts", "clients", "days")

Clock = Callable[[], datetime]


class CannotStart(Exception):
    """The process cannot start; the message is one sentence: what, why, remedy."""


def arguments(line: list[str] | None = None) -> argparse.Namespace:
    """Return the command line, read; wrong ones end the process with code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m trading.gateway.simulator", description=__doc__
    )
    add = parser.add_argument
    add("--state", type=Path, required=True, metavar="DIR", help="where the server's state lives")
    add("--socket", type=Path, required=True, metavar="PATH", help="where it listens")
    add("--book", type=Path, nargs="+", action="extend", metavar="FILE", help="statements")
    add("--facts", type=Path, metavar="FILE.json", help="what the statements do not print")
    add("--seed", type=int, metavar="N", help="of the invented world and of the market")
    add("--accounts", type=int, metavar="N", help="how many accounts to invent")
    add("--clients", type=int, metavar="N", help="how many people share them (one each)")
    add("--days", type=int, metavar="N", help="how far back their past reaches")
    add("--hold-prices", action="store_true", help="hold the market where it is")
    add("--speed", type=int, default=1, metavar="X", help="how much faster the market lives")
    add("--name", help=f"the server's name ({DEFAULTS['name']})")
    add("--company", help="the broker's name")
    add("--timezone", metavar="ZONE", help=f"its IANA zone ({DEFAULTS['timezone']})")
    add("--code-page", default="cp1252", help="of its texts (cp1252)")
    add("--faults", action="store_true", help="let the stage door switch faults on (drills, tests)")
    add("--no-terminals", action="store_true", help="no client trades by itself")
    add("--no-weekends", action="store_true", help="the market stands still on Saturday and Sunday")
    given = parser.parse_args(line)
    if given.book and any(getattr(given, name) is not None for name in _SIZES):
        parser.error(
            "--book and --accounts/--clients/--days exclude each other; start two servers instead"
        )
    for name in ("speed", *_SIZES):
        number = getattr(given, name)
        if number is not None and number < (1 if name != "accounts" else 0):
            parser.error(f"--{name} must be a whole number above 0")
    return given


@dataclass(frozen=True, slots=True)
class Loaded:
    """A server in memory, ready to be driven."""

    desk: Desk
    journal: Journal
    has_terminals: bool
    seed: int


def load(given: argparse.Namespace, now: Clock) -> Loaded:
    """Return the server of the state folder, made first where there is none.

    The caller holds the folder's lock. Raises CannotStart, or CannotBegin (beginning/state.py);
    then nothing was made.
    """
    _check_code_page(given.code_page)
    if not state_file.exists(given.state):
        _begin(given, now)
    journal = state_file.open_state(given.state)
    settings = journal.settings()
    _check_same(given, settings)
    if given.hold_prices:
        journal.write(settings={"held": "1"})
        settings["held"] = "1"
    hours = _hours(settings["timezone"], now, weekends=not given.no_weekends)
    hours.end_of_day = time.fromisoformat(settings.get("end_of_day", "23:59"))
    hours.closed_seconds = int(settings.get("closed_seconds", "60"))
    book = Book(journal, hours)
    market = Market(
        book.symbols,
        journal.quotes(),
        tempers={one.spec.name: one.temper for one in instruments()},
        seed=int(settings["seed"]),
        held=settings.get("held") == "1",
    )
    identity = Identity(
        name=settings["name"],
        company=settings["company"],
        build=BUILD,
        code_page=given.code_page,
    )
    invented = settings["origin"].startswith("world")
    return Loaded(
        desk=Desk(identity, book, market, hours),
        journal=journal,
        has_terminals=invented and not given.no_terminals,
        seed=int(settings["seed"]),
    )


def check_socket(path: Path) -> None:
    """Refuse a path that no socket can have or that somebody listens on; remove a dead one."""
    if len(bytes(path)) + len(".control") > LONGEST_SOCKET_PATH:
        raise CannotStart(
            f"The socket path {path} is too long ({LONGEST_SOCKET_PATH} bytes with “.control” at"
            " most); choose a shorter folder for --socket"
        )
    if not path.parent.is_dir():
        raise CannotStart(f"The folder of the socket {path} is not there; make it first")
    for door in (path, control_path(path)):
        _check_door(door)


def _check_door(path: Path) -> None:
    if not path.exists():
        return
    if not path.is_socket():
        raise CannotStart(f"{path} is a file, no socket; choose another path for --socket")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()  # left by a server that was killed
        except OSError as wrong:
            raise CannotStart(f"{path} cannot be used ({wrong}); choose another path") from wrong
        else:
            raise CannotStart(f"Another server listens on {path}; stop it or choose another path")


def _begin(given: argparse.Namespace, now: Clock) -> None:
    if given.book or given.facts:
        facts, statements = read_server(given.book or [], given.facts)
        names = {"name": facts.server.name, "company": facts.server.company}
        settings = _settings(given, {**names, "timezone": facts.server.timezone}, _origin(given))
        hours = _hours(settings["timezone"], now, weekends=True)
        beginning = from_statements(facts, statements, hours, hours.now())
    else:
        settings = _settings(given, {}, _origin(given))
        hours = _hours(settings["timezone"], now, weekends=True)
        beginning = _world(given, settings["company"], hours)
    write_beginning(given.state, beginning, hours, settings, hours.now())


def _world(given: argparse.Namespace, company: str, hours: Hours) -> Beginning:
    numbers = {
        name: default if getattr(given, name) is None else getattr(given, name)
        for name, default in DEFAULT_WORLD.items()
    }
    clients = given.clients or 0
    return invent(**numbers, clients=clients, company=company, hours=hours, now=hours.now())


def _settings(given: argparse.Namespace, from_facts: dict[str, str], origin: str) -> dict[str, str]:
    chosen = {
        name: getattr(given, name) or from_facts.get(name) or default
        for name, default in DEFAULTS.items()
    }
    seed = DEFAULT_WORLD["seed"] if given.seed is None else given.seed
    return {**chosen, "seed": str(seed), "origin": origin, "held": "1" if given.hold_prices else ""}


def _origin(given: argparse.Namespace) -> str:
    """Return what the state is made of, in words."""
    if given.book:
        return "book " + " ".join(path.name for path in given.book)
    world = " ".join(
        f"{name} {default if getattr(given, name) is None else getattr(given, name)}"
        for name, default in DEFAULT_WORLD.items()
    )
    return f"world {world}" + (f" clients {given.clients}" if given.clients else "")


def _check_same(given: argparse.Namespace, settings: dict[str, str]) -> None:
    """Refuse a command line that asks for another server than the one in the folder."""
    asked = {name: getattr(given, name) for name in DEFAULTS if getattr(given, name)}
    names_origin = given.book or any(getattr(given, name) is not None for name in ("seed", *_SIZES))
    if names_origin:
        asked["origin"] = _origin(given)
    for name, value in asked.items():
        if settings[name] != value:
            raise CannotStart(
                f"{given.state} holds a server whose {name} is “{settings[name]}”, not “{value}”;"
                " start it as it is, or choose another folder for --state"
            )


def _hours(zone: str, now: Clock, *, weekends: bool) -> Hours:
    try:
        return Hours(ZoneInfo(zone), now, weekends=weekends)
    except (KeyError, ValueError, OSError) as wrong:
        raise CannotStart(
            f"“{zone}” is no time zone; give --timezone an IANA name like Europe/Athens"
        ) from wrong


def _check_code_page(name: str) -> None:
    try:
        single = len("abc".encode(name)) == 3
    except LookupError:
        single = False
    if not single:
        raise CannotStart(
            f"“{name}” is no code page of MetaTrader; give --code-page cp1252 or cp1251"
        )
