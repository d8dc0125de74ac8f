"""One pair of hands: so many random steps on shared accounts, each in a transaction of its own.

    python -m tests.prove.books.hands DATABASE SOCKETS SEED STEPS

Everything goes through the ledger's own verbs. What the books refuse is counted by its name; any
other end is an error. The counts are printed as JSON.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import django

if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.test")
    django.setup()

from django.db import DatabaseError, IntegrityError, connections, transaction

from accounts.ledger import book
from accounts.models import BookedTicket, Entry, LedgerAccount, Posting
from accounts.states import Booked, Entering, LedgerKind
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict
from tests.cluster import APP

#: Reservations that any of the hands may resolve: the latest, so that hands meet.
LATEST = 60
REFUSED = (book.NotCovered, book.AlreadyResolved, Conflict)


@dataclass
class Hands:
    """Does steps; `seen` counts what was done and what was refused."""

    name: str
    chance: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    keys: list[book.Act] = field(default_factory=list)

    def __post_init__(self) -> None:
        accounts = list(LedgerAccount.objects.order_by("id"))
        self.funds = [one for one in accounts if one.kind == LedgerKind.CLIENT_FUNDS]
        self.payouts = next(one for one in accounts if one.kind == LedgerKind.PAYOUTS_DUE)
        self.clearing = next(one for one in accounts if one.kind == LedgerKind.IN_TRANSIT)
        self.result = next(one for one in accounts if one.kind == LedgerKind.TRADING_RESULT)

    def run(self, steps: int) -> None:
        """Do so many steps."""
        verbs: list[tuple[Callable[[], object], int]] = [
            (self.reserve, 30), (self.settle, 18), (self.void, 12), (self.pay_in, 16),
            (self.reverse, 6), (self.earn, 6), (self.again, 4), (self.tamper, 3),
            (self.book_ticket, 5),
        ]  # fmt: skip
        acts = [act for act, _ in verbs]
        weights = [weight for _, weight in verbs]
        for _ in range(steps):
            act = self.chance.choices(acts, weights)[0]
            try:
                with transaction.atomic():
                    act()
            except REFUSED as no:
                self.seen[f"{act.__name__}: {type(no).__name__}"] += 1
            else:
                self.seen[act.__name__] += 1

    def act(self, purpose: str) -> book.Act:
        """A fresh act, remembered so that it may be repeated."""
        act = book.Act(
            key=UUID(int=self.chance.getrandbits(128), version=4),
            purpose=purpose,
            reference=f"proof:{self.name}",
            actor=Actor.system("proof"),
            now=clock.now(),
        )
        self.keys = [*self.keys[-20:], act]
        return act

    def lines(self, debited: LedgerAccount, credited: LedgerAccount) -> list[book.Line]:
        """An amount by chance from one account to another."""
        amount = Decimal(self.chance.randrange(1, 20_000)) / 100
        return [
            book.Line(account=debited, amount=amount),
            book.Line(account=credited, amount=-amount),
        ]

    def reserve(self) -> None:
        """Set money aside, sometimes more than is there."""
        book.reserve(
            act=self.act("withdrawal"),
            lines=self.lines(self.chance.choice(self.funds), self.payouts),
        )

    def settle(self) -> None:
        """Settle a reservation that others may settle, or void, at the same moment."""
        book.settle(act=self.act("withdrawal"), reservation=self._one_of(Entering.RESERVE))

    def void(self) -> None:
        """Release a reservation, as above."""
        book.void(act=self.act("withdrawal"), reservation=self._one_of(Entering.RESERVE))

    def pay_in(self) -> None:
        """Money comes in."""
        book.post(
            act=self.act("deposit"),
            lines=self.lines(self.clearing, self.chance.choice(self.funds)),
        )

    def reverse(self) -> None:
        """Reverse a settled withdrawal: the money comes back, once."""
        book.reverse(act=self.act("return"), entry=self._one_of(Entering.SETTLE))

    def earn(self) -> None:
        """A day's result: a profit for anybody, a loss only where an overdraft is allowed."""
        account = self.chance.choice(self.funds)
        debited, credited = self.result, account
        if account.may_overdraw and self.chance.random() < 0.5:
            debited, credited = account, self.result
        book.post(act=self.act("result"), lines=self.lines(debited, credited))

    def again(self) -> None:
        """Repeat an earlier key with other content: always refused, or the entry that stands."""
        if self.keys:
            act = self.chance.choice(self.keys)
            book.post(act=act, lines=self.lines(self.clearing, self.chance.choice(self.funds)))

    def tamper(self) -> None:
        """Try to change or delete what is written (I-3, I-8): PostgreSQL refuses."""
        rows: Any = self.chance.choice((Posting, Entry)).objects.order_by("-id")
        row = rows.first()
        if row is None:
            return
        changed = type(row).objects.filter(pk=row.pk)
        try:
            with transaction.atomic():
                changed.delete() if self.chance.random() < 0.5 else changed.update(
                    **({"amount": 1} if isinstance(row, Posting) else {"act": Entering.VOID})
                )
        except DatabaseError:
            return
        raise AssertionError(f"{row!r} was changed")

    def book_ticket(self) -> None:
        """Claim a ticket for an entry (I-7): the same ticket is booked once."""
        entry = self._one_of(Entering.SETTLE)
        ticket = BookedTicket(
            books_id=self.funds[0].trading_account_id,
            ticket=self.chance.randrange(1, 3_000),
            kind=Booked.OURS,
            amount=1,
            entry=entry,
            booked_at=clock.now(),
        )
        try:
            with transaction.atomic():
                ticket.save(force_insert=True)
        except IntegrityError:
            self.seen["book_ticket: twice"] += 1

    def _one_of(self, act: Entering) -> Entry:
        found = list(Entry.objects.filter(act=act).order_by("-id")[:LATEST])
        if not found:
            raise Conflict("there is none yet")
        return self.chance.choice(found)


def main() -> None:
    """Do the steps that the line asks for."""
    name, sockets, seed, steps = sys.argv[1:]
    place = {"NAME": name, "HOST": sockets, "USER": APP, "PORT": "", "PASSWORD": ""}
    connections.settings["default"].update(place)
    hands = Hands(seed, random.Random(f"books {seed}"))
    hands.run(int(steps))
    sys.stdout.write(json.dumps(hands.seen) + "\n")


if __name__ == "__main__":
    main()
