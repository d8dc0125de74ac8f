"""Delivers the simulated provider's callbacks: signed, again and again until they are taken."""

import logging
from threading import Event, Thread

import httpx

from accounts.providers import signing
from accounts.providers.simulator.store import Delivery, Store
from backoffice.core import clock

PAUSE = 0.05
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
MOST_TRIES = 200
FORGERS = b"not the key that was agreed on"

log = logging.getLogger("provider")


class Postman(Thread):
    """One thread; what it has not delivered when the process ends is on disk."""

    def __init__(self, store: Store, *, key_id: str, secret: bytes) -> None:
        super().__init__(name="postman", daemon=True)
        self._store, self._key_id, self._secret = store, key_id, secret
        self._leaving = Event()

    def run(self) -> None:
        """Go round until told to leave."""
        with httpx.Client(timeout=5, trust_env=False) as client:
            while not self._leaving.wait(PAUSE):
                for delivery in self._store.due(clock.now().timestamp()):
                    self._hand_over(client, delivery)

    def leave(self) -> None:
        """Stop after this round."""
        self._leaving.set()

    def _hand_over(self, client: httpx.Client, delivery: Delivery) -> None:
        secret = FORGERS if delivery.forged else self._secret
        header = signing.sign(secret, self._key_id, delivery.body, now=clock.now())
        headers = {signing.HEADER: header, "Content-Type": "application/json"}
        try:
            answer = client.post(delivery.url, content=delivery.body, headers=headers)
            is_taken = answer.is_success or delivery.forged
        except httpx.HTTPError as error:
            log.info("callback %s was not taken: %r", delivery.id, error)
            is_taken = False
        if is_taken or delivery.tries >= MOST_TRIES:
            self._store.delivered(delivery.id)
            return
        wait = min(FIRST_WAIT * 2 ** min(delivery.tries, 10), LONGEST_WAIT)
        self._store.put_off(delivery.id, clock.now().timestamp() + wait)
