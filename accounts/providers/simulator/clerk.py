"""What the simulated provider does: opens charges, takes money, sends it back, writes callbacks."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from accounts.providers import wire
from accounts.providers.errors import BadMessage
from accounts.providers.simulator import faults
from accounts.providers.simulator.faults import Faults
from accounts.providers.simulator.store import Row, Store
from backoffice.core import clock

FEE_HUNDREDTHS = 145  # 1.45 % of what is paid
DISPUTES = ("disputed", "dispute_won", "dispute_lost")
WEEK = 7 * 24 * 3600
CARDS = {"visa": "4111111111111111", "mastercard": "5555555555554444"}


class Clerk:
    """One provider at work."""

    def __init__(self, store: Store, address: str) -> None:
        self.store, self.address = store, address

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return faults.in_force(self.store.faults())

    def open(self, message: Mapping[str, Any]) -> dict[str, object]:
        """Take a charge on."""
        amount = message.get("amount_minor")
        if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount < wire.MOST:
            raise BadMessage("An amount is a natural number of minor units.")
        key = str(wire.uuid(message.get("key")))
        row = self.store.open(
            Row(
                key=key,
                id=f"ch_{hashlib.sha256(key.encode()).hexdigest()[:24]}",
                amount_minor=amount,
                currency=wire.text(message, "currency", 4),
                callback_url=wire.text(message, "callback_url", 500),
                return_url=wire.text(message, "return_url", 500),
                description=wire.text(message, "description", wire.LONGEST),
            )
        )
        return {"charge": row.id, "page": f"{self.address}/pay/{row.id}", "state": row.state}

    def pay(self, charge_id: str, *, card: str, holder: str) -> Row:
        """The client pays on the page: once, however often the button is pressed."""
        number = CARDS.get(card, CARDS["visa"])
        charge = self.store.charge("id", charge_id)
        fee = charge.amount_minor * FEE_HUNDREDTHS // 10_000 if charge else 0
        row, is_news = self.store.settle(
            charge_id,
            state="paid",
            reference=f"pi_{uuid4().hex}",
            fee_minor=fee,
            kind="card",
            fingerprint=hashlib.sha256(f"{number}{holder}".encode()).hexdigest(),
            label=f"{card} ••{number[-4:]}"[:40],
            holder=holder[:160],
        )
        if is_news:
            self._tell_paid(row)
        return row

    def decline(self, charge_id: str, words: str) -> Row:
        """The bank says no; the client may try again."""
        row, is_news = self.store.settle(charge_id, state="declined", words=words[:300])
        if is_news:
            self._write(row, self.said(row))
        return row

    def try_again(self, charge_id: str, *, holder: str) -> Row:
        """Another card after a declined one: the late success."""
        self.store.reopen(charge_id)
        return self.pay(charge_id, card="mastercard", holder=holder)

    def send_back(self, charge_key: str, message: Mapping[str, Any]) -> dict[str, object]:
        """Send money of a charge back."""
        amount = message.get("amount_minor")
        if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
            raise BadMessage("An amount is a natural number of minor units.")
        key = str(wire.uuid(message.get("key")))
        reference, is_news = self.store.refund(key, charge_key, amount)
        charge = self.store.charge("key", charge_key)
        if is_news and charge is not None:
            told = {"state": "refunded", "reference": reference, "amount_minor": amount}
            self._write(charge, self.said(charge) | told | {"fee_minor": 0})
        return {"reference": reference, "state": "refunded"}

    def dispute(self, charge_id: str, message: Mapping[str, Any]) -> dict[str, object]:
        """The cardholder's bank calls a paid charge back, or decides the case; told by callback."""
        charge = self.store.charge("id", charge_id)
        state = wire.text(message, "state", 20) or "disputed"
        if charge is None or charge.state != "paid" or state not in DISPUTES:
            raise BadMessage("There is no paid charge of this number, or no such word.")
        amount = message.get("amount_minor", charge.amount_minor)
        if isinstance(amount, bool) or not isinstance(amount, int):
            raise BadMessage("An amount is a natural number of minor units.")
        told: dict[str, object] = {
            "state": state,
            "reference": wire.text(message, "reference", 64) or f"dp_{charge.id}",
            "amount_minor": amount,
            "fee_minor": 0,
            "reason_code": wire.text(message, "reason_code", 20) or "10.4",
            "answer_by": message.get("answer_by") or int(clock.now().timestamp()) + WEEK,
        }
        self._write(charge, self.said(charge) | told)
        if state == "dispute_lost":
            self.store.charge_back(str(told["reference"]), charge.id, amount)
        return told

    def said(self, row: Row) -> dict[str, object]:
        """Return how a charge stands, as it is told."""
        return {
            "key": row.key,
            "charge": row.id,
            "state": row.state,
            "reference": row.reference,
            "amount_minor": row.amount_minor,
            "currency": row.currency,
            "fee_minor": row.fee_minor,
            "words": row.words,
            "payer": {
                "kind": row.kind,
                "fingerprint": row.fingerprint,
                "label": row.label,
                "holder": row.holder,
            },
        }

    def _tell_paid(self, row: Row) -> None:
        said, faults = self.said(row), self.faults
        older = said | {"state": "pending", "reference": "", "fee_minor": 0}
        no = said | {"state": "declined", "reference": "", "fee_minor": 0, "words": "try again"}
        before = [no] if faults.declined_first else []
        after = [older] if faults.out_of_order else []
        for message in (*before, said, *after):
            self._write(row, message)

    def _write(self, row: Row, message: Mapping[str, object]) -> None:
        faults = self.faults
        if faults.never:
            return
        amount = row.amount_minor
        if faults.wrong_amount and message["state"] == "paid":
            amount += faults.wrong_amount
        told = {**message, "amount_minor": message["amount_minor"]}
        if faults.wrong_amount and message["state"] == "paid":
            told["amount_minor"] = amount
        body, due_at = wire.dumped(told), clock.now().timestamp() + faults.late
        if faults.forged:
            more = wire.dumped({**told, "amount_minor": row.amount_minor * 100})
            self.store.deliver(row.callback_url, more, due_at=due_at, forged=True)
        for _ in range(max(faults.duplicate, 1)):
            self.store.deliver(row.callback_url, body, due_at=due_at)
