"""`make demo`, `demo-broker`, `demo-code`, `demo-reset`: the product, whole, on this machine."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from backoffice.demo import card
from backoffice.demo.broker import asked, chosen
from backoffice.demo.children import die_with_parent
from backoffice.demo.errors import DemoError
from backoffice.demo.places import ROOT, Place, need_free_port
from backoffice.demo.plug.channel import Door
from backoffice.demo.plug.killing import Killer
from backoffice.demo.processes import Fleet
from backoffice.demo.progress import Step
from backoffice.demo.supervisor import Process, Supervisor

READY_SECONDS = 180.0
WITHDRAWALS = "withdrawals"  # the last part of the story
SHARE = re.compile(r"^@(\d+) (.*)$", re.MULTILINE)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to end."""


def say(line: str) -> None:
    """One line for the person at the terminal."""
    print(f"  {line}", flush=True)


def bring_up(supervisor: Supervisor, title: str, processes: Sequence[Process]) -> None:
    """Start processes side by side and wait until the last one is ready."""
    with Step(title, 3) as step:
        for process in processes:
            supervisor.start(process)
        while waiting := supervisor.first_unready():
            if step.seconds > READY_SECONDS:
                raise DemoError(f"The {waiting.name} did not become ready: see {waiting.log}.")
            step.show(note=waiting.name)
            time.sleep(0.05)


def run_once(
    fleet: Fleet,
    title: str,
    arguments: list[str],
    expected: float,
    env: dict,
    at: Callable[[str], None] = lambda note: None,
) -> None:
    """Run a program of ours to its end while a bar moves.

    It may say how far it is: `@250 clients` is a quarter. `at` hears what it is about.
    """
    log = fleet.place.logs / "preparing.log"
    with Step(title, expected) as step, log.open("ab") as out:
        began = out.tell()
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            while child.poll() is None:
                share, note = how_far(log, began)
                step.show(share, note)
                at(note)
                time.sleep(0.05)
        finally:
            child.kill()
            child.wait()
        if child.returncode != 0:
            words = Process(name=title, start=lambda: child, log=log).last_words
            raise DemoError(f"{title} failed: {words} (see {log})")
    for words in warnings(log, began):
        say(words)


def how_far(log: Path, began: int) -> tuple[float | None, str]:
    """What a program said last of how far it is: the share, and what it does."""
    with log.open("rb") as said:
        said.seek(max(began, log.stat().st_size - 2_000))
        found = SHARE.findall(said.read().decode(errors="replace"))
    return (int(found[-1][0]) / 1000, found[-1][1]) if found else (None, "")


def warnings(log: Path, began: int) -> list[str]:
    """What a program said that people have to know, each once."""
    with log.open("rb") as said:
        said.seek(began)
        lines = said.read().decode(errors="replace").splitlines()
    return list(dict.fromkeys(line[1:] for line in lines if line.startswith("!")))


def schema_stamp() -> str:
    """Changes when a migration does."""
    paths = sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("*/*/migrations/*.py"))
    paths.append(ROOT / "backoffice" / "core" / "provision.sql")
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def prepare_schema(fleet: Fleet) -> None:
    """Roles, database and tables, when they are not those of this checkout."""
    stamp = fleet.place.folder / "schema"
    wanted = schema_stamp()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    env = fleet.environment(DATABASE_URL=fleet.postgres.url("mt4bo_owner", "mt4bo"))
    superuser = fleet.postgres.url("postgres", "postgres")
    run_once(
        fleet, "Making the database",
        ["manage.py", "provision_database", "--superuser-url", superuser], 3, env,
    )  # fmt: skip
    run_once(fleet, "Making the tables", ["manage.py", "migrate", "--no-input"], 8, env)
    stamp.write_text(wanted)


def prepare_story(fleet: Fleet, at: Callable[[str], None]) -> None:
    """Staff, server, clients, withdrawals: once; and the agent's address, when it is another."""
    if fleet.place.secrets().get("told_agent") == fleet.agent_address:
        return
    arguments = ["-m", "backoffice.demo.story", str(fleet.place.port), fleet.agent_address]
    fresh = "staff" not in fleet.place.secrets()
    title, expected = ("Making the broker", 15) if fresh else ("Finding its data", 2)
    arguments.append(str(fleet.simulator))
    run_once(fleet, title, arguments, expected, fleet.environment(), at)


def prepare(supervisor: Supervisor, fleet: Fleet) -> None:
    """Stores, market, tables and the broker; the pages stand up while the last of it is told."""
    fleet.postgres.initialise()
    bring_up(supervisor, "Starting PostgreSQL and Redis", fleet.stores())
    for process in fleet.market():
        supervisor.start(process)
    prepare_schema(fleet)
    bring_up(supervisor, "Starting MetaTrader and its agent", [])
    waiting = fleet.watchers()

    def open_doors(note: str) -> None:
        """The feed values accounts: before that nobody can ask for their money."""
        while note == WITHDRAWALS and waiting:
            supervisor.start(waiting.pop(0))

    prepare_story(fleet, open_doors)
    for process in waiting:
        supervisor.start(process)


def watch(supervisor: Supervisor, sockets: Path) -> None:
    """Until somebody stops us; meanwhile the page that pulls plugs is answered."""
    killer = Killer(supervisor)
    door = Door(sockets, killer.answer)
    try:
        while True:
            supervisor.look()
            killer.look()
            door.serve(0.1)
    finally:
        door.close()


def on_signal(number: int, frame: FrameType | None) -> None:
    """End in order, whatever asked for it."""
    raise Stopped


def demo(place: Place, host: str, wishes: dict[str, int], *, is_served: bool = True) -> None:
    """Run the demo until it is stopped; not served, it only makes the broker."""
    began = time.monotonic()
    need_free_port(host, place.port)
    fleet = open_place(place, host, wishes)
    supervisor = Supervisor(say)
    supervisor.guard.remove(place.sockets)
    try:
        prepare(supervisor, fleet)
        if is_served:
            bring_up(supervisor, "Starting the back office", fleet.workers())
            seconds, mail = time.monotonic() - began, str(place.mail)
            told = place.secrets()
            block = card.card(fleet.address, told, port=place.port, seconds=seconds, mail=mail)
            print(block, flush=True)
            watch(supervisor, place.sockets)
    except Stopped:
        say("Stopping …")
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
    say(f"Stopped. Its data stays in {place.folder}.")


def open_place(place: Place, host: str, wishes: dict[str, int]) -> Fleet:
    """The folders, the broker that is asked for or kept, and the processes."""
    kept = place.secrets().get("broker") if place.secrets_file.exists() else None
    is_older = kept is None and place.has_market  # made before brokers were chosen: as it is
    broker = None if is_older else chosen(wishes, kept, place.port)
    place.make()
    if broker is not None:
        place.remember({**place.secrets(), "broker": asdict(broker)})
    keep_last_logs(place)
    return Fleet(
        place,
        host=host,
        live_port=place.usual_port("live_port", host),
        agent_port=place.usual_port("agent_port", "127.0.0.1"),
        provider_port=place.usual_port("provider_port", host),
        broker=broker,
    )


def keep_last_logs(place: Place) -> None:
    """Logs begin anew at every start; those of the last one stay beside them."""
    for log in place.logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))


def main(arguments: list[str]) -> int:
    """The verb asked for; the exit code."""
    port, host = os.environ.get("PORT") or "8000", os.environ.get("HOST") or "127.0.0.1"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise DemoError(f"PORT is {port!r} and must be a number from 1 to 65535.")
    place = Place(int(port))
    match arguments:
        case ["run" | "broker" as verb, *options]:
            wishes = asked(os.environ, options)
            for number in SIGNALS:
                signal.signal(number, on_signal)
            die_with_parent(signal.SIGTERM, os.getppid())
            place.lock()
            demo(place, host, wishes, is_served=verb == "run")
        case ["code"]:
            if not place.is_running():
                raise DemoError(f"No demo runs on port {port}: start it with `make demo`.")
            print(card.codes(place.secrets().get("staff", [])))
        case ["reset"]:
            gone = place.reset()
            say(f"The demo on port {port} starts over." if gone else "There was nothing to reset.")
        case _:
            raise DemoError("Say run, broker, code or reset.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except DemoError as problem:
        print(f"\n  {problem}", file=sys.stderr)
        sys.exit(2)
    except Stopped:
        sys.exit(130)
