"""`make prove ONLY=books [STEPS=100000]`: random steps by several processes on one PostgreSQL.

First each guard is taken away in turn while the hands work: the oracle has to find what that lets
through. Then, with all guards, they do the steps, in parts; the oracle asks again and again while
they work, and at the end of each part. What was counted is told part by part.
"""

import json
import logging
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.cluster import OWNER, ROOT, Cluster, Database

Say = Callable[[str], None]
PROCESSES, WHOLE = 4, 100_000
ACCOUNTS, FLAGGED = 12, 2
CONTROL_STEPS = 600
PART = 25_000  # steps between two words of how it stands
ASK_EVERY_SECONDS = 3.0
#: What holds the rule, and what is found without it.
GUARDS = {
    "DROP INDEX accounts_entry_resolved_once": "I-8",
    "UPDATE accounts_ledgeraccount SET may_overdraw = true": "I-4",
    "ALTER TABLE accounts_posting DISABLE TRIGGER runs": "running balances",
}


def ground() -> list[int]:
    """Make the accounts that the hands share; return those that may be overdrawn."""
    from django.db import transaction

    from accounts.actions import results
    from accounts.models import AccountBooks, LedgerAccount
    from accounts.states import LedgerKind
    from backoffice.core import clock
    from tests.factories.money import a_login
    from tests.factories.payments import SYSTEM
    from tests.factories.people import a_client, a_legal_entity
    from trading.models import TradingAccount

    entity = a_legal_entity()
    client = a_client("Ana Ruiz", entity=entity)
    for number in range(ACCOUNTS):
        account = a_login(7001 + number)
        TradingAccount.objects.filter(pk=account.pk).update(client=client)
        results.open_books(account_id=account.pk, actor=SYSTEM, now=clock.now())
    for kind in (LedgerKind.PAYOUTS_DUE, LedgerKind.IN_TRANSIT, LedgerKind.TRADING_RESULT):
        with transaction.atomic():
            LedgerAccount.objects.get_or_create(
                kind=kind, legal_entity=entity, currency="USD",
                defaults={"opened_at": clock.now()},
            )  # fmt: skip
    flagged = list(AccountBooks.objects.order_by("pk").values_list("funds_id", flat=True)[:FLAGGED])
    LedgerAccount.objects.filter(pk__in=flagged).update(may_overdraw=True)
    return flagged


def stepped(
    database: Database, seed: str, steps: int, may_overdraw: list[int], processes: int = PROCESSES
) -> tuple[Counter[str], list[str], int]:
    """Let the processes do so many steps: counts, what was wrong, how often it was asked."""
    from tests.prove.books import oracle

    share = max(1, steps // processes)
    command = [sys.executable, "-m", "tests.prove.books.hands", database.name]
    children = [
        subprocess.Popen(
            [*command, str(database.cluster.sockets), f"{seed}-{number}", str(share)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for number in range(processes)
    ]  # fmt: skip
    wrong: list[str] = []
    asked, asked_at = 0, 0.0
    try:
        while any(child.poll() is None for child in children):
            if time.monotonic() > asked_at + ASK_EVERY_SECONDS and not wrong:
                wrong, asked, asked_at = oracle.findings(may_overdraw), asked + 1, time.monotonic()
            time.sleep(0.05)
    except BaseException:
        for child in children:
            child.kill()
        raise
    seen = Counter[str]()
    for child in children:
        out, _ = child.communicate()
        if child.returncode != 0:
            wrong.append(f"a process ended with {child.returncode}")
            continue
        seen.update(json.loads(out))
    return seen, [*wrong, *oracle.findings(may_overdraw)], asked + 1


def control(
    database: Database,
    guard: str,
    may_overdraw: list[int],
    *,
    processes: int = PROCESSES,
    steps: int = CONTROL_STEPS,
) -> list[str]:
    """Take a guard away, let the hands go on, and return what is found."""
    with database.connect(OWNER) as owner:
        owner.execute(guard)
    name = f"control {guard[:12]}"
    return stepped(database, name, steps, may_overdraw, processes)[1]


def prove(minutes: float, seed: int, say: Say) -> int:
    """Do the steps; 1 when something did not hold, or a missing guard was not noticed."""
    del minutes
    steps = int(os.environ.get("STEPS") or WHOLE)
    say(f"  Books, seed {seed}: {steps:,} random steps by {PROCESSES} processes")
    logging.disable(logging.CRITICAL)
    try:
        return proved(steps, seed, say)
    finally:
        logging.disable(logging.NOTSET)


def proved(steps: int, seed: int, say: Say) -> int:
    """Do it on a PostgreSQL of its own."""
    from tests.prove.approvals.run import _started

    cluster = _started()
    try:
        blind = _controls(cluster, say)
        if blind:
            return 1
        database = aimed(cluster)
        seen, wrong, asked = _parts(database, steps, seed, ground(), say)
        for words in wrong[:10]:
            say(f"  NOT PROVED, seed {seed}: {words}")
        for name, count in sorted(seen.items()):
            say(f"    {name:32}{count:>9,}")
        say(
            f"  {seen.total():,} steps, asked {asked} times: {len(wrong)} violations of I-1, I-3, "
            "I-4, I-7, I-8"
        )
        return 1 if wrong else 0
    finally:
        cluster.stop()


def _parts(
    database: Database, steps: int, seed: int, may_overdraw: list[int], say: Say
) -> tuple[Counter[str], list[str], int]:
    """Do the steps part by part on the same books; stop at the first that is wrong."""
    seen, wrong, asked = Counter[str](), list[str](), 0
    began = time.monotonic()
    for number, done in enumerate(range(0, steps, PART)):
        some = min(PART, steps - done)
        counted, wrong, times = stepped(database, f"{seed}-{number}", some, may_overdraw)
        seen, asked = seen + counted, asked + times
        say(f"    {done + some:,} steps in {time.monotonic() - began:.0f} s, {len(wrong)} wrong")
        if wrong:
            break
    return seen, wrong, asked


def _controls(cluster: Cluster, say: Say) -> list[str]:
    blind = []
    for guard, word in GUARDS.items():
        database = aimed(cluster)
        found = [one for one in control(database, guard, ground()) if word in one]
        say(f"  without its guard ({guard}): {found[0] if found else 'NOTHING WAS SEEN'}")
        blind += [] if found else [guard]
    return blind


def aimed(cluster: Cluster) -> Database:
    """A new database, to which Django's connection points."""
    from django.db import connections

    from tests.cluster import APP

    database = cluster.create("books")
    place: dict[str, Any] = {
        "NAME": database.name, "HOST": str(database.cluster.sockets), "USER": APP,
    }  # fmt: skip
    connections["default"].close()
    connections.settings["default"].update(place | {"PORT": "", "PASSWORD": ""})
    return database
