"""`make demo`, `make demo-code`, `make demo-reset`: the product, whole, on this machine."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

from backoffice.demo import card
from backoffice.demo.children import die_with_parent
from backoffice.demo.errors import DemoError
from backoffice.demo.places import ROOT, Place, need_free_port
from backoffice.demo.processes import Fleet
from backoffice.demo.progress import Step
from backoffice.demo.supervisor import Process, Supervisor

READY_SECONDS = 180.0
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


def run_once(fleet: Fleet, title: str, arguments: list[str], expected: float, env: dict) -> None:
    """Run a program of ours to its end while a bar moves."""
    log = fleet.place.logs / "preparing.log"
    with Step(title, expected) as step, log.open("ab") as out:
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
                step.show()
                time.sleep(0.05)
        finally:
            child.kill()
            child.wait()
        if child.returncode != 0:
            words = Process(name=title, start=lambda: child, log=log).last_words
            raise DemoError(f"{title} failed: {words} (see {log})")


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


def prepare_story(fleet: Fleet) -> None:
    """Staff, server and clients: once; and the agent's address, when it is another one."""
    if fleet.place.secrets().get("told_agent") == fleet.agent_address:
        return
    arguments = ["-m", "backoffice.demo.story", str(fleet.place.port), fleet.agent_address]
    fresh = "staff" not in fleet.place.secrets()
    title = "Telling the story" if fresh else "Finding its data"
    run_once(fleet, title, arguments, 15 if fresh else 2, fleet.environment())


def start(supervisor: Supervisor, fleet: Fleet) -> None:
    """Everything, in the order in which it needs each other."""
    fleet.postgres.initialise()
    bring_up(supervisor, "Starting PostgreSQL and Redis", fleet.stores())
    for process in fleet.market():
        supervisor.start(process)
    prepare_schema(fleet)
    bring_up(supervisor, "Starting MetaTrader and its agent", [])
    prepare_story(fleet)
    bring_up(supervisor, "Starting the back office", fleet.servers())


def watch(supervisor: Supervisor) -> None:
    """Until somebody stops us."""
    while True:
        supervisor.look()
        time.sleep(0.1)


def on_signal(number: int, frame: FrameType | None) -> None:
    """End in order, whatever asked for it."""
    raise Stopped


def demo(place: Place, host: str) -> None:
    """Run the demo until it is stopped."""
    began = time.monotonic()
    need_free_port(host, place.port)
    place.make()
    keep_last_logs(place)
    fleet = Fleet(
        place,
        host=host,
        live_port=place.usual_port("live_port", host),
        agent_port=place.usual_port("agent_port", "127.0.0.1"),
    )
    supervisor = Supervisor(say)
    supervisor.guard.remove(place.sockets)
    try:
        start(supervisor, fleet)
        staff = place.secrets()["staff"]
        seconds = time.monotonic() - began
        print(card.card(fleet.address, staff, port=place.port, seconds=seconds), flush=True)
        watch(supervisor)
    except Stopped:
        say("Stopping …")
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
    say(f"Stopped. Its data stays in {place.folder}.")


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
        case ["run"]:
            for number in SIGNALS:
                signal.signal(number, on_signal)
            die_with_parent(signal.SIGTERM, os.getppid())
            place.lock()
            demo(place, host)
        case ["code"]:
            if not place.is_running():
                raise DemoError(f"No demo runs on port {port}: start it with `make demo`.")
            print(card.codes(place.secrets().get("staff", [])))
        case ["reset"]:
            gone = place.reset()
            say(f"The demo on port {port} starts over." if gone else "There was nothing to reset.")
        case _:
            raise DemoError("Say run, code or reset.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except DemoError as problem:
        print(f"\n  {problem}", file=sys.stderr)
        sys.exit(2)
    except Stopped:
        sys.exit(130)
