"""The program that carries a bulk file out, line by line, in turns with a bare loop.

    python -m tests.bench.bulk AGENT_URL METATRADER JOURNAL DSN BARE_URL

As tests/bench/withdrawals, whose ways of counting it uses. Its last line is JSON.
"""

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from django.conf import settings

from accounts.actions.bulk import approving, carrying, steering, taking
from accounts.models import Adjustment, BulkFile
from accounts.terms.adjustments import Adjustment as State
from accounts.terms.bulk import Bulk
from backoffice.core import work
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from tests.bench.withdrawals.__main__ import counted_of
from tests.bench.withdrawals.bare import BareLoop
from tests.bench.withdrawals.till import ACTOR, Till, _hired, a_till
from trading.models import TradingAccount

LINES, ROUNDS, BARE_PER_ROUND, WARM = 5000, 10, 100, 40
MOST_PIECES = 10


@dataclass
class Filed:
    """A running file, and whoever carries it."""

    file: BulkFile
    accounts: list[TradingAccount]
    finance: Actor
    carrier: UUID = field(default_factory=uuid4)

    def carry(self) -> None:
        """One line: made an adjustment, sent to MetaTrader, followed, booked."""
        if not carrying.carry_next(
            file_id=self.file.pk, carrier=self.carrier, actor=ACTOR, now=now()
        ):
            raise SystemExit(f"{self.file} does not go on")
        work.run_due(now(), limit=MOST_PIECES)

    def pause_and_resume(self) -> None:
        """Let it stand still, see that nothing goes out, and let it go on."""
        told = {"file_id": self.file.pk, "actor": self.finance}
        steering.pause(reason="lunch", now=now(), **told)
        if carrying.carry_next(file_id=self.file.pk, carrier=self.carrier, actor=ACTOR, now=now()):
            raise SystemExit("a paused file went on")
        steering.resume(now=now(), **told)

    def require_done(self, lines: int) -> None:
        """Exit unless every line is booked, once."""
        work.run_due(now(), limit=1000)
        done = Adjustment.objects.filter(approval=self.file.approval_id, state=State.DONE).count()
        if done != lines:
            raise SystemExit(f"{done} of {lines} lines are booked")


def filed(till: Till, finance: Actor, lines: int) -> Filed:
    """Hand a file in, have it approved."""
    rows = [
        f"{account.login},{1 + number // len(till.accounts)}.00,{account.currency},rebate"
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
    """Set up, count what a line takes, race, tell."""
    agent_url, metatrader, journal, dsn, bare_url = sys.argv[1:]
    till = a_till(agent_url)
    till.accounts = list(TradingAccount.objects.filter(pk__in=[one.pk for one in till.accounts]))
    finance = _hired("finance", till.accounts[0].client.desk_id)  # type: ignore[union-attr,arg-type]
    warm = filed(till, finance, WARM + 3 * len(till.accounts))
    for _number in range(WARM):
        warm.carry()
    taken = counted_of(warm, agent_url, metatrader, Path(journal))  # type: ignore[arg-type]
    bare = BareLoop(taken, dsn=dsn, redis_url=settings.REDIS_URL, agent_url=bare_url)
    race, seconds = filed(till, finance, LINES), {"ours": 0.0, "bare": 0.0}
    for number in range(ROUNDS):
        start = time.monotonic()
        for _line in range(LINES // ROUNDS):
            race.carry()
        middle = time.monotonic()
        for _line in range(BARE_PER_ROUND):
            bare.carry()
        seconds["ours"] += middle - start
        seconds["bare"] += time.monotonic() - middle
        if number == ROUNDS // 2:
            race.pause_and_resume()
    bare.close()
    race.require_done(LINES)
    told = {
        "count": LINES,
        "bare_count": ROUNDS * BARE_PER_ROUND,
        "trips": len(taken[0].steps),
        "commits": taken[0].commits,
        **seconds,
    }
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
