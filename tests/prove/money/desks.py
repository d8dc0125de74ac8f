"""The load: a few desks, each carrying several deposits and withdrawals at a time."""

import random
import threading
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import httpx

from backoffice.demo.children import wait_until
from tests.bench.stage import sign_in
from tests.journeys.running import Demo
from tests.prove.money.errands import FATES, Browsers, Customer, Errand
from tests.prove.money.eye import Eye, Standing
from tests.prove.money.paying_in import PayIn

AT_A_TIME = 3  # errands that one desk has under way
PAUSE_SECONDS = 0.25
FIGURES_SECONDS = 60.0
ROLES = ("support", "compliance", "finance")  # asks; approves and confirms; pays and returns

_CUSTOMERS = """
    SELECT a.id, c.id, a.login, a.currency, c.full_name
    FROM trading_tradingaccount a JOIN crm_client c ON c.id = a.client_id
    JOIN trading_accountfigures f ON f.account_id = a.id
    WHERE a.enabled AND NOT a.closed_on_server AND a.currency IN ('USD', 'EUR')
      AND a.balance > 300 AND f.free_margin - a.credit > 300
      AND c.status NOT IN ('LEAD', 'BLOCKED', 'CLOSED')
    ORDER BY a.login
"""


def customers_of(eye: Eye) -> list[Customer]:
    """Everybody who has something to withdraw, once the feed has told what is free."""
    wait_until(lambda: bool(eye.rows(_CUSTOMERS)), seconds=FIGURES_SECONDS, step=0.5)
    found = [Customer(*row) for row in eye.rows(_CUSTOMERS)]
    assert found, "no account has anything to withdraw"
    return found


class Desks:
    """People at work in threads of their own, until they are told to finish."""

    def __init__(
        self, demo: Demo, sockets: Path, seed: str, *, desks: int = 3, paying_in: float = 0
    ) -> None:
        self.errands: list[Errand | PayIn] = []
        self._sockets = sockets
        self._chance, self._paying_in = random.Random(seed), paying_in
        self._lock = threading.Lock()
        eye = Eye(sockets)
        self._free = customers_of(eye)
        eye.close()
        self._chance.shuffle(self._free)
        self._clients = [sign_in(demo, role) for role in ROLES]
        for client in self._clients:
            client.timeout = httpx.Timeout(10)
        self._browsers = Browsers(*self._clients)
        self._is_open, self._is_over = True, threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(desks)]
        for thread in self._threads:
            thread.start()

    @property
    def browsers(self) -> Browsers:
        """The people who are signed in."""
        return self._browsers

    @property
    def keys(self) -> list:
        """The keys of everything that was ever begun."""
        return [errand.key for errand in list(self.errands)]

    def take_no_more(self) -> None:
        """Finish what is under way, begin nothing."""
        self._is_open = False

    def open_again(self) -> None:
        """Begin errands again."""
        self._is_open = True

    def close(self) -> None:
        """Everybody goes home."""
        self._is_open = False
        self._is_over.set()
        for thread in self._threads:
            thread.join(30)
        for client in self._clients:
            client.close()

    def _begin(self) -> Errand | PayIn | None:
        with self._lock:
            if not self._is_open or not self._free:
                return None
            amount = Decimal(self._chance.randint(100, 300)) / 100
            customer, pays_in = self._free.pop(0), self._chance.random() < self._paying_in
            errand: Errand | PayIn = (
                PayIn(customer, amount * 10)
                if pays_in
                else Errand(customer, amount, self._chance.choice(FATES))
            )
            self.errands.append(errand)
            return errand

    def _end(self, errand: Errand | PayIn) -> None:
        with self._lock:
            self._free.append(errand.customer)

    def _work(self) -> None:
        eye, mine = Eye(self._sockets), []
        try:
            while not self._is_over.is_set():
                if len(mine) < AT_A_TIME and (errand := self._begin()) is not None:
                    mine.append(errand)
                mine = self._go_on(eye, mine)
                time.sleep(PAUSE_SECONDS)
        finally:
            eye.close()

    def _go_on(self, eye: Eye, mine: Sequence[Errand | PayIn]) -> list[Errand | PayIn]:
        """One turn of a desk; what is left of its errands."""
        stands: dict = {one.key: one for one in eye.standings(errand.key for errand in mine)}
        left = []
        for errand in mine:
            now: Standing | None = stands.get(errand.key)
            if errand.is_over(now):
                self._end(errand)
                continue
            errand.go_on(self._browsers, now)
            left.append(errand)
        return left
