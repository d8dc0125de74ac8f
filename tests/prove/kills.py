"""Kill runs: parts of a running demo die at random; pages tell the truth meanwhile, and recover.

The truth, on every look: a page answers, or honestly says 503; the status page never calls a part
that is down "in step" for longer than it takes to notice; and once everything is up again the page
shows what MetaTrader says.
"""

import os
import random
import re
import signal
import time
from dataclasses import dataclass
from decimal import Decimal

import httpx

from tests.bench.stage import first, sign_in
from tests.journeys.running import Demo

PARTS = {
    "web": "granian",
    "sockets": "uvicorn",
    "worker": "backoffice.celery worker",
    "feed": "run_feed",
    "agent": "trading.gateway.agent",
    "metatrader": "trading.gateway.simulator",
    "redis": "valkey-server",
    "postgresql": "bin/postgres",
}
RECOVERY_SECONDS = 90.0
ALLOWED = {200, 503}  # a page, or "not now"


@dataclass(frozen=True)
class Kill:
    """What one kill did: who, how long until all was well again, what the pages said meanwhile."""

    part: str
    seconds: float
    answers: int
    refused: int


class Untrue(AssertionError):
    """A page said what was not so, or something did not recover."""


class KillRun:
    """Kills parts of one demo, in the order that a seed gives."""

    def __init__(self, demo: Demo, seed: int, done: int = 0) -> None:
        self.demo = demo
        self.client: httpx.Client = sign_in(demo, "administrator")
        self._chance = random.Random(seed)
        for _kill in range(done):  # go on where the last run ended
            self._chance.choice(list(PARTS))
        self._path, self._login = self._somebody()

    def _somebody(self) -> tuple[str, int]:
        login = next(one["login"] for one in self.demo.manager("open_trades"))
        email = self.demo.manager("account", login=login)["email"]
        page = self.client.get("/clients/", params={"q": email}).text
        return first(r'href="(/clients/\d+/)"', page), login

    def kill(self, part: str = "") -> Kill:
        """Kill one part and watch until everything is well again; Untrue when it is not."""
        part = part or self._chance.choice(list(PARTS))
        number = self.demo.find(PARTS[part])
        start = time.monotonic()
        os.kill(number, signal.SIGKILL)
        answers = refused = 0
        while not self._is_well(part, number):
            answer = self._look()
            answers += answer is not None
            refused += answer is None
            if time.monotonic() - start > RECOVERY_SECONDS:
                raise Untrue(f"{part}: not well {RECOVERY_SECONDS:.0f} s after the kill")
            time.sleep(0.1)
        return Kill(part, time.monotonic() - start, answers, refused)

    def _look(self) -> int | None:
        """Ask for the client's page; None when nobody listened (the web server's own death)."""
        try:
            status = self.client.get(self._path, timeout=20).status_code
        except httpx.TransportError:
            return None
        if status not in ALLOWED:
            raise Untrue(f"{self._path} answered {status}")
        return status

    def _is_well(self, part: str, killed: int) -> bool:
        """True when the part lives again, every check is content, and equity is MetaTrader's."""
        try:
            if self.demo.find(PARTS[part]) == killed:
                return False
            ready = self.client.get("/health/ready", timeout=20)
            return ready.status_code == 200 and self._is_live() and self._shows_the_truth()
        except (AssertionError, OSError, httpx.TransportError):
            return False

    def _is_live(self) -> bool:
        """The footer calls the server live: its last message is at most two seconds old."""
        footer = self.client.get("/health/footer", timeout=20)
        return footer.status_code == 200 and 'data-age="fresh" data-status=""' in footer.text

    def _shows_the_truth(self) -> bool:
        """The account's balance on the page is the one on the server."""
        page = self.client.get(self._path, timeout=20)
        if page.status_code != 200:
            return False
        panel = self.client.get(first(r'"accounts-head" hx-get="([^"]*)"', page.text), timeout=20)
        if panel.status_code != 200:
            return False
        card = next((one for one in panel.text.split("<article") if str(self._login) in one), "")
        drawn = re.search(r'data-live="account:\d+:balance"[^>]*>(.*?)</dd>', card, re.DOTALL)
        if drawn is None:
            return False  # the feed has not told of this account yet
        shown = re.sub(r"<[^>]*>|[A-Z]", "", drawn[1])  # without marks, without the currency
        told = Decimal(self.demo.manager("account", login=self._login)["balance"])
        return Decimal(re.sub(r"[^\d.-]", "", shown.replace("−", "-"))) == told

    def close(self) -> None:
        """Let the browser go."""
        self.client.close()


def all_once(run: KillRun) -> list[Kill]:
    """Every part, one after the other."""
    return [run.kill(part) for part in PARTS]
