"""A server in this process, its mirror, and a client's books on every login: what is compared.

MetaTrader is the simulator's own desk on its disk, asked through the agent's own reading of it.
Time is the proof's own: every second has its operations, and the clockwork has its turns as the
schedule of the settings says. As in a broker's day some accounts are busy and most are not: which
ones changes every few seconds, so that all have their turn.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import orjson
from django.conf import settings
from django.db import transaction

from accounts.actions import chart, results
from accounts.actions.reconciling import comparing
from accounts.models import AccountBooks, BookedTicket, Entry, LedgerAccount, Posting
from accounts.queries.reconciling import differences
from accounts.states import Booked, Entering, LedgerKind, Phase
from backoffice.core.actors import Actor
from backoffice.settings.env import AgentKey
from crm.models import Client
from tests.factories.people import a_client, a_legal_entity
from tests.factories.servers import a_server as a_server_row
from tests.factories.simulator import Clock, a_desk, a_server, accounts
from tests.prove.day.inside import DayGateway
from trading.actions import sync
from trading.calc.marking import marker
from trading.gateway import registry
from trading.gateway.port import News
from trading.gateway.simulator.book import Happening
from trading.gateway.simulator.front.arguments import Arguments
from trading.gateway.simulator.front.direct import Direct
from trading.gateway.simulator.front.settings import SettingVerbs
from trading.gateway.simulator.office.antiflood import Antiflood
from trading.gateway.simulator.orders import Order, rewrite_comment
from trading.models import BalanceOperation, TradingAccount
from trading.states import Operation
from trading.terms import BalanceKind

BALANCE, MANAGER_TYPE = 6, 83
FIRST_LOGIN = 5001
#: So many logins are busy at a time, for so many seconds.
BUSY, BUSY_SECONDS = 100, 10
AUDITOR, CASHIER = Actor.system("reconciliation"), Actor.system("cashier")
#: Which turn of the clockwork does what here; how often it comes is the settings' own.
TURNS = {
    "trading-sync": "sync",
    "trading-compare": "full",
    "accounts-compare-moved": "moved",
    "accounts-reconcile": "sweep",
}


class NoFaults:
    """The day's gateway asks for faults: here there are none."""

    def befall(self, answer: Callable[[], Any]) -> Any:
        """Return the answer."""
        return answer()


@dataclass
class Ground:
    """Everything that a proof compares; `seconds` lets time pass with so many operations each."""

    folder: Path
    seed: int | str
    logins: int = 200
    clock: Clock = field(default_factory=Clock)
    clean: Counter[str] = field(default_factory=Counter)
    has_stream: bool = True
    spoilt: set[int] = field(default_factory=set)  # accounts on which something was made wrong

    def __post_init__(self) -> None:
        self.chance = random.Random(f"deviations {self.seed}")
        self.faults = NoFaults()
        self._due: dict[str, datetime] = {}
        self._number = 0
        self._busy: list[int] = []
        self._busy_until = self.clock.time
        self._news: list[News] = []
        logins = [{"login": FIRST_LOGIN + number} for number in range(self.logins)]
        self.desk = a_desk(self.folder, self.clock, a_server(accounts=accounts(*logins)))
        self.desk.book.journal._connection.execute("PRAGMA synchronous = OFF")
        self.desk.hours.closed_seconds = 0
        self.desk.book.tell = self._hear
        self._direct = Direct(self.desk)
        self._office = SettingVerbs(self.desk, Antiflood())
        self._open_books()

    def perhaps_die(self) -> None:
        """Nobody dies here."""

    # The server

    def _hear(self, happening: Happening) -> None:
        if not self.has_stream:
            return
        record: Any = happening.record
        told: dict[str, Any] = {}
        if happening.kind == "account":
            told = {"account": record}
        elif happening.kind == "trade_delete":
            told = {"ticket": record.ticket}
        elif happening.kind.startswith("trade_"):
            told = {"trade": record}
        self._news.append(News(number=0, kind=happening.kind, at=self.clock.time, **told))

    def books_at(self, login: int, amount: Decimal, comment: str) -> int:
        """Somebody books an amount at the server; return its ticket."""
        fields = {"orderby": login, "cmd": BALANCE, "price": str(amount), "comment": comment}
        asked = orjson.loads(orjson.dumps({"type": MANAGER_TYPE, **fields}))
        told: Any = self._direct.answer("transaction", asked)
        return int(told["order"])

    def administers(self, verb: str, **fields: Any) -> None:
        """Somebody tampers with the history, by a verb of the stage door."""
        self._office.verbs[verb](Arguments(fields))

    def rewrites(self, ticket: int, comment: str) -> None:
        """Somebody edits the comment of a record."""
        with self.desk.book.change() as change:
            rewrite_comment(self.desk, change, Order(ticket=ticket, comment=comment))

    # Our side

    def _open_books(self) -> None:
        settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
        registry.register(lambda address: cast(Any, DayGateway(cast(Any, self))))
        self.server_id = a_server_row(timezone="Europe/Athens", kind="live").pk
        assert sync.sync_server(server_id=self.server_id, now=self.clock.time, full=True).finished
        entity = a_legal_entity()
        client: Client = a_client("Ana Ruiz", entity=entity)
        TradingAccount.objects.update(client=client)
        self.accounts = dict(TradingAccount.objects.values_list("login", "pk"))
        for account_id in self.accounts.values():
            results.open_books(account_id=account_id, actor=AUDITOR, now=self.clock.time)
        books = AccountBooks.objects.select_related("funds").all()
        self.books = {one.pk: one for one in books}
        with transaction.atomic():
            self._clearing: LedgerAccount = chart.account_of(
                LedgerKind.IN_TRANSIT, legal_entity_id=entity.pk, currency="USD",
                now=self.clock.time,
            )  # fmt: skip

    def login(self) -> int:
        """A login by chance."""
        return FIRST_LOGIN + self.chance.randrange(self.logins)

    def login_of(self, account_id: int) -> int:
        """The login of an account."""
        return next(login for login, one in self.accounts.items() if one == account_id)

    def undo_booking(self, operation: BalanceOperation) -> None:
        """The server forgets what it has just booked, and nobody heard of it: a restored backup."""
        self.administers("erase_record", ticket=operation.ticket, balance=1)
        heard = {operation.ticket}
        self._news = [
            one
            for one in self._news
            if one.ticket not in heard and (one.trade is None or one.trade.ticket not in heard)
        ]

    def amount(self) -> Decimal:
        """An amount by chance, in or out."""
        cents = self.chance.randrange(1, 50_000)
        return Decimal(cents if self.chance.random() < 0.6 else -cents) / 100

    def operation(self, login: int, amount: Decimal) -> BalanceOperation:
        """An operation of ours that MetaTrader confirmed: booked there, found by its marker."""
        self._number += 1
        key = UUID(int=self.chance.getrandbits(128), version=4)
        comment = marker.marker_of(key)
        ticket = self.books_at(login, amount, comment)
        return BalanceOperation(
            key=key,
            marker=comment,
            account_id=self.accounts[login],
            kind=BalanceKind.BALANCE,
            amount=amount,
            currency="USD",
            state=Operation.CONFIRMED,
            attempts=1,
            ticket=ticket,
            code=0,
            created_by=str(CASHIER),
            created_at=self.clock.time,
            changed_at=self.clock.time,
        )

    def post(self, operations: list[BalanceOperation]) -> None:
        """Write operations and what the books have of them, in one transaction as the product."""
        with transaction.atomic():
            BalanceOperation.objects.bulk_create(operations)
            self.post_only(operations)

    def post_only(self, operations: list[BalanceOperation]) -> None:
        """Write what the books have of operations."""
        now, lines, tickets = self.clock.time, [], []
        entries = Entry.objects.bulk_create(
            Entry(
                key=one.key, act=Entering.POST, purpose="proof", reference=f"ticket:{one.ticket}",
                actor=str(CASHIER), occurred_at=now, lines=2,
            )
            for one in operations
        )  # fmt: skip
        for one, entry in zip(operations, entries, strict=True):
            funds = self.books[one.account_id].funds
            for account, amount in ((funds, -one.amount), (self._clearing, one.amount)):
                lines.append(
                    Posting(
                        entry=entry, account=account, phase=Phase.POSTED, amount=amount,
                        currency="USD",
                    )
                )  # fmt: skip
            tickets.append(
                BookedTicket(
                    books_id=one.account_id, ticket=one.ticket or 0, kind=Booked.OURS,
                    amount=one.amount, entry=entry, booked_at=now,
                )
            )  # fmt: skip
        Posting.objects.bulk_create(lines)
        BookedTicket.objects.bulk_create(tickets)

    # Time

    def seconds(self, count: int, operations_a_second: int) -> None:
        """Let time pass: clean operations, the stream's news, the clockwork's turns."""
        for _ in range(count):
            self.clock.time += timedelta(seconds=1)
            self._operate(operations_a_second)
            self._deliver()
            self._turns()

    def _operate(self, count: int) -> None:
        if self._busy_until <= self.clock.time:
            every = range(FIRST_LOGIN, FIRST_LOGIN + self.logins)
            self._busy = self.chance.sample(every, min(BUSY, self.logins))
            self._busy_until = self.clock.time + timedelta(seconds=BUSY_SECONDS)
        ours = []
        for _ in range(count):
            login = self.chance.choice(self._busy)
            if self.chance.random() < 0.02:
                self.books_at(login, self.amount(), "Rebate")
                self.clean["foreign"] += 1
            else:
                ours.append(self.operation(login, self.amount()))
        self.post(ours)
        self.clean["ours"] += len(ours)

    def _deliver(self) -> None:
        news, self._news = self._news, []
        if news:
            sync.apply(server_id=self.server_id, news=news, now=self.clock.time)

    def _turns(self) -> None:
        for name, what in TURNS.items():
            if self._due.setdefault(name, self.clock.time) > self.clock.time:
                continue
            self._due[name] = self.clock.time + settings.CELERY_BEAT_SCHEDULE[name]["schedule"]
            if what in ("sync", "full"):
                sync.sync_server(server_id=self.server_id, now=self.clock.time, full=what == "full")
            elif what == "sweep":
                self.compare(differences.accounts_to_compare())
            elif self.has_stream:
                self.compare(differences.accounts_moved(self.clock.time))

    def compare(self, account_ids: list[int]) -> comparing.Compared:
        """Compare accounts, as the clockwork does."""
        return comparing.compare_accounts(
            account_ids=account_ids, actor=AUDITOR, now=self.clock.time
        )
