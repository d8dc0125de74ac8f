"""The program that carries a bulk file out, line by line, in turns with a bare loop.

    python -m tests.bench.bulk AGENT_URL METATRADER JOURNAL DSN BARE_URL

As tests/bench/withdrawals, whose ways of counting it uses; BENCH_LINES gives another number of
lines. Its last line is JSON.
"""

import json
import os
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from django.conf import settings

from accounts import tasks
from accounts.actions.bulk import approving, carrying, steering, taking
from accounts.models import Adjustment, BulkFile
from accounts.terms.adjustments import Adjustment as State
from accounts.terms.bulk import Bulk
from backoffice.core import work
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.core.runtime import memory
from tests.bench.withdrawals import agreement
from tests.bench.withdrawals.__main__ import counted_of, require_agreement
from tests.bench.withdrawals.bare import BareLoop
from tests.bench.withdrawals.replay import Money, Replay, Watch
from tests.bench.withdrawals.steps import POSTGRESQL, Kind
from tests.bench.withdrawals.till import ACTOR, Till, a_till, hired
from trading.models import TradingAccount

LINES, ROUNDS, BARE_PER_ROUND, WARM = 5000, 10, 50, 40
#: Commits are counted step by step; beside a demo at work others' flushes spare some of either.
SPARED = 0.2
LINE = Money(
    sequence="accounts_adjustment_id_seq",
    ticket="SELECT ticket FROM accounts_adjustment WHERE id =",
    booked="""
SELECT count(DISTINCT (a.id, a.ticket)) FROM accounts_adjustment a
JOIN accounts_bookedticket t ON t.ticket = a.ticket AND t.kind = 'ours' AND t.amount = a.amount
JOIN accounts_entry e ON e.id = t.entry_id AND e.id = a.entry_id AND e.act = 'post'
JOIN accounts_bulkrow r ON r.adjustment_id = a.id AND r.key = a.key AND r.state = 'MADE'
JOIN trading_balanceoperation b
  ON b.key = a.key AND b.state = 'CONFIRMED' AND b.ticket = a.ticket
WHERE a.state = 'DONE' AND a.ticket >= %s
""",
    line="""SELECT id, key, 'F' || file_id || '.' || number, account_id
FROM accounts_bulkrow WHERE adjustment_id =""",
    lines="""SELECT id, key, 'F' || file_id || '.' || number, account_id
FROM accounts_bulkrow WHERE state = 'WAITING' ORDER BY number""",
)


@dataclass
class Filed:
    """A running file, and whoever carries it."""

    file: BulkFile
    accounts: list[TradingAccount]
    finance: Actor
    carrier: UUID = field(default_factory=uuid4)

    def carry(self) -> None:
        """One line: made an adjustment, sent to MetaTrader, followed, booked."""
        if not tasks.carry_bulk_line(self.file.pk, self.carrier):
            raise SystemExit(f"{self.file} does not go on")

    def pause_and_resume(self) -> None:
        """Let it stand still, see that nothing goes out, and let another carrier go on."""
        told: dict[str, Any] = {"file_id": self.file.pk, "actor": self.finance}
        before = self.begun()
        steering.pause(reason="lunch", now=now(), **told)
        for carrier in (self.carrier, uuid4()):
            if carrying.carry_next(file_id=self.file.pk, carrier=carrier, actor=ACTOR, now=now()):
                raise SystemExit("a paused file went on")
        if self.begun() != before:
            raise SystemExit("a line of a paused file was begun")
        steering.resume(now=now(), **told)
        self.carrier = uuid4()

    def begun(self) -> int:
        """How many lines were made an adjustment."""
        return Adjustment.objects.filter(approval=self.file.approval_id).count()

    def booked(self) -> int:
        """Finish the file; how many of its lines MetaTrader booked, each once."""
        work.run_due(now(), limit=1000)
        carrying.carry_next(file_id=self.file.pk, carrier=self.carrier, actor=ACTOR, now=now())
        self.file.refresh_from_db()
        if self.file.state != Bulk.DONE:
            raise SystemExit(f"{self.file} is {self.file.state} and not done")
        done = Adjustment.objects.filter(approval=self.file.approval_id, state=State.DONE)
        tickets = done.filter(ticket__isnull=False).values("ticket").distinct()
        return tickets.count()


def filed(till: Till, finance: Actor, lines: int, *, varied: bool = True) -> Filed:
    """Hand a file in, have it approved; not `varied`: lines of one account are all alike."""
    more = 1 if varied else 0
    rows = [
        f"{account.login},{1 + more * number // len(till.accounts)}.00,{account.currency},rebate"
        for number, account in zip(range(lines), till.accounts * lines, strict=False)
    ]
    body = "\n".join(["login,amount,currency,reason", *rows]).encode()
    upload = taking.Upload(
        key=uuid4(), server_id=till.accounts[0].server_id, name=f"{lines}.csv", body=body,
        legal_entity_id=till.accounts[0].client.legal_entity_id,  # type: ignore[union-attr]
    )  # fmt: skip
    file = taking.take_file(upload=upload, actor=finance, now=now())
    if file.state != Bulk.PREVIEW:
        raise SystemExit(f"refused: {file.flaws[:3]}")
    approving.ask_for_approval(file_id=file.pk, reason="bench", actor=finance, now=now())
    file.refresh_from_db()
    approving.agree(file_id=file.pk, seen=approving.seen_of(file), actor=till.approver, now=now())
    return Filed(BulkFile.objects.get(pk=file.pk), till.accounts, finance)


def main() -> None:
    """Set up, count what a line takes, prove that both take the same, race, tell."""
    agent_url, metatrader, journal, dsn, bare_url = sys.argv[1:]
    lines = int(os.environ.get("BENCH_LINES") or LINES)
    till = a_till(agent_url)
    watch = Watch(dsn, LINE)
    till.accounts = list(TradingAccount.objects.filter(pk__in=[one.pk for one in till.accounts]))
    finance = hired("finance", till.accounts[0].client.desk_id)  # type: ignore[union-attr,arg-type]
    ways = len(till.accounts)
    times = agreement.ROUNDS * ways + ROUNDS * BARE_PER_ROUND
    warm: Any = filed(till, finance, WARM + 9 * ways + times, varied=False)
    for _number in range(WARM):
        warm.carry()
    memory.set_aside()  # as a worker has done before its first task
    taken = counted_of(warm, agent_url, metatrader, Path(journal), watch)
    where = {"redis_url": settings.REDIS_URL, "agent_url": bare_url, "dsn": dsn}
    replay = Replay(watch.ways(taken), times=times, money=LINE, **where)
    warm.carry()  # on a connection of its own again
    make = partial(BareLoop, taken, **where)
    bare, reading = make(), make(reads=True)
    require_agreement(warm, taken, bare, replay, spared=SPARED)
    race, seconds = (
        filed(till, finance, lines),
        {"ours": 0.0, "bare": 0.0, "reading": 0.0, "replay": 0.0},
    )
    for number in range(ROUNDS):
        for name, carry, times in (
            ("ours", race.carry, lines // ROUNDS),
            ("bare", bare.carry, BARE_PER_ROUND),
            ("reading", reading.carry, BARE_PER_ROUND),
            ("replay", replay.carry, BARE_PER_ROUND),
        ):
            start = time.monotonic()
            for _line in range(times):
                carry()
            seconds[name] += time.monotonic() - start
        if number == ROUNDS // 2:
            race.pause_and_resume()
    replayed = replay.require_real()
    for loop in (bare, reading, replay):
        loop.close()
    told = {
        "count": lines,
        "booked": race.booked(),
        "replayed": replayed,
        "bare_count": ROUNDS * BARE_PER_ROUND,
        "trips": taken[0].count(*POSTGRESQL),
        "commits": taken[0].commits,
        "calls": taken[0].count(Kind.QUESTION, Kind.COMMAND),
        **seconds,
    }
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
