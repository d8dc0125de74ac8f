"""The broker's withdrawals: asked for, decided, carried out and paid by different people.

Each is made by the actions that the pages and the worker call, MetaTrader included, and is left
where its fate says; the worker goes on with what can go on by itself.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from accounts.actions import asking_client, execution, following, payouts, withdrawals
from accounts.actions.withdrawals import Rejection
from accounts.states import Missing, RejectReason, StatedReason
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.core.errors import Later, Rejected
from backoffice.demo import asking
from backoffice.demo.asking import NobodyLeft, Purse
from backoffice.demo.broker import Broker
from backoffice.demo.metatrader import Terminal
from trading.actions import sync
from trading.queries import money

CASHIER = Actor.system("cashier")
BALANCE, TRANSACTION = 6, 83  # a balance record, and the transaction that books one
#: How many of forty withdrawals end where. The first ones give the later ones their history.
FATES = (
    ("paid", 8), ("returned", 2), ("sent", 3), ("bounced", 1), ("debited", 4), ("refused", 1),
    ("rejected", 3), ("cancelled", 2), ("waiting", 2), ("late", 2), ("requested", 9),
    ("approved", 3),
)  # fmt: skip
UNDECIDED = ("rejected", "cancelled", "waiting", "late", "requested")  # never approved
ALL = sum(number for _fate, number in FATES)
REJECTIONS = (
    (RejectReason.REQUISITE, "The bank account is not in your own name."),
    (RejectReason.DOCUMENTS, "Your proof of address has run out: upload a new one."),
    (RejectReason.TRADING, "We are still looking at the trades of last week."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who works on withdrawals, as users; the second of a pair is the other pair of eyes."""

    support: Any
    back_office: Any
    colleague: Any
    compliance: Any
    finance: Any
    second_finance: Any


@dataclass
class Till:
    """Makes one broker's withdrawals. `metatrader` is the socket of the simulated server."""

    broker: Broker
    office: Office
    server_id: int
    metatrader: Path

    def __post_init__(self) -> None:
        self._accounts = money.bound_account_ids()
        self._used: set[int] = set()
        self._known: list[int] = []

    def fill(self, told: Callable[[float], None]) -> str:
        """Make one withdrawal for every ten clients, of every fate its share.

        Return in words that fewer than half could be asked for, and why; "" when all is well.
        """
        wanted = self.broker.clients // 10
        fates = [fate for fate, number in FATES for _one in range(-(-number * wanted // ALL))]
        made, why = 0, ""
        for number, fate in enumerate(fates):
            try:
                flaw = self._make(number, fate)
            except NobodyLeft as nobody:
                why = str(nobody)
                break
            made, why = made + (not flaw), flaw or why
            told((number + 1) / len(fates))
        if 2 * made >= len(fates):
            return ""
        return (
            f"Only {made} of {len(fates)} withdrawals could be asked for: {why} On a busy machine"
            " the figures of accounts come late: ask for some by hand, or start over."
        )

    def _make(self, number: int, fate: str) -> str:
        """Make one; return why it was not even asked for, or nothing.

        Who is refused on the way is left where they are, as in any office.
        """
        chance = random.Random(f"withdrawal {self.broker.seed} {number}")
        purse = self._purse(chance, fate)
        key = uuid5(NAMESPACE_URL, f"demo withdrawal {self.broker.seed} {number}")
        maker, why = self._maker(chance, purse), chance.choice(list(StatedReason))
        share = (50, 60) if fate == "refused" else (4, 40)
        amount = asking.amount_of(chance, purse, *share)
        try:
            payment = asking.ask(
                purse, amount, key=key, actor=maker.actor, now=asked_at(chance, fate), why=why
            )
        except (Rejected, Later) as flaw:
            return str(flaw)
        self._used.add(purse.account_id)
        with suppress(Rejected, Later):
            getattr(self, f"_{fate}")(payment.pk, purse, chance)
        return ""

    def _purse(self, chance: random.Random, fate: str) -> Purse:
        """Somebody by chance; now and then somebody who was paid before."""
        if fate in ("requested", "late") and self._known and chance.random() < 0.4:
            again = asking.purse_of(chance.choice(self._known))
            if again is not None:
                return again
        if fate in UNDECIDED:
            return asking.some_purse(chance, self._accounts, self._used)
        return asking.a_calm_purse(chance, self._used)

    def _maker(self, chance: random.Random, purse: Purse) -> Any:
        return chance.choice((self.office.support, self.office.support, self.office.colleague))

    # Fates ----------------------------------------------------------------------------------------

    def _requested(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        """It waits for its second pair of eyes."""

    _late = _requested

    def _waiting(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        """Something is missing from the client; no time runs meanwhile."""
        asking_client.ask_client(
            payment_id=payment_id,
            missing=[chance.choice(list(Missing))],
            text="",
            actor=self.office.compliance.actor,
            now=now(),
        )

    def _approved(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        asking.approve(payment_id, self.office.back_office, now())

    def _debited(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        self._approved(payment_id, purse, chance)
        execution.execute_withdrawal(payment_id=payment_id, actor=CASHIER, now=now())
        following.follow_payment(payment_id=payment_id, actor=CASHIER, now=now())

    def _sent(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        self._debited(payment_id, purse, chance)
        payouts.send_payout(
            payment_id=payment_id,
            bank_reference=f"LSM{chance.randrange(10**9):09d}",
            actor=self.office.second_finance.actor,
            now=now(),
        )

    def _paid(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        self._sent(payment_id, purse, chance)
        payouts.confirm_payout(payment_id=payment_id, actor=self.office.finance.actor, now=now())
        self._known.append(purse.account_id)

    def _bounced(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        """The bank sent it back; whether it goes back to MetaTrader, a second person decides."""
        self._sent(payment_id, purse, chance)
        payouts.ask_return(
            payment_id=payment_id,
            reason="The bank sent it back: account closed",
            actor=self.office.finance.actor,
            now=now(),
        )

    def _returned(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        """As before, and compliance agrees; they must have had no hand in it until then."""
        self._bounced(payment_id, purse, chance)
        payouts.return_payout(payment_id=payment_id, actor=self.office.compliance.actor, now=now())
        execution.execute_return(payment_id=payment_id, actor=CASHIER, now=now())
        following.follow_payment(payment_id=payment_id, actor=CASHIER, now=now())

    def _refused(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        """Between approval and execution somebody takes the money at MetaTrader's own terminal."""
        self._approved(payment_id, purse, chance)
        with Terminal(self.metatrader) as terminal:
            terminal.ask(
                "transaction",
                type=TRANSACTION,
                cmd=BALANCE,
                orderby=purse.login,
                price=f"{-asking.rounded(purse.free * 7 / 10, purse.currency):f}",
                comment="Paid out at the desk",
            )
        sync.sync_server(server_id=self.server_id, now=now())
        execution.execute_withdrawal(payment_id=payment_id, actor=CASHIER, now=now())

    def _rejected(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        reason, public = chance.choice(REJECTIONS)
        withdrawals.reject_withdrawal(
            payment_id=payment_id,
            rejection=Rejection(reason=reason, public=public),
            actor=chance.choice((self.office.back_office, self.office.compliance)).actor,
            now=now(),
        )

    def _cancelled(self, payment_id: int, purse: Purse, chance: random.Random) -> None:
        withdrawals.cancel_withdrawal(
            payment_id=payment_id,
            reason="The client wants to go on trading with it",
            actor=self.office.support.actor,
            now=now(),
        )


def asked_at(chance: random.Random, fate: str) -> datetime:
    """What still waits was asked for in the last hours, the late ones a week ago; the rest now."""
    if fate == "late":
        return now() - timedelta(days=7, minutes=chance.randint(0, 600))
    if fate == "requested":
        return now() - timedelta(minutes=chance.randint(4, 1_500))
    return now()
