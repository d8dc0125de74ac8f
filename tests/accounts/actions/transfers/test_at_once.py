"""Many transfers of the same money at once, on real PostgreSQL: what is there is held once."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.actions import chart
from accounts.actions.transfers import carrying
from accounts.actions.transfers.requesting import Place
from accounts.ledger import proof
from accounts.models import Transfer, TransferOperation
from accounts.states import LedgerKind
from backoffice.core import clock
from tests.cluster import Database
from tests.factories.moving.transfers import Pair, a_pair, fill_wallet
from tests.factories.payments import SYSTEM

AT_ONCE = 8


@pytest.fixture
def pair(fresh_database: Database, redis_server: Any, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """A client with money in a database of the test's own; nobody loses patience in the queue."""
    monkeypatch.setattr(chart, "PATIENCE_MS", 120_000)
    pair = a_pair()
    pair.till.see()
    return pair


def at_once(act: Any) -> list[str]:
    """Run an act in so many sessions, all released together; return how each ended."""
    start, ends = threading.Barrier(AT_ONCE), []

    def one() -> None:
        start.wait()
        try:
            act()
            ends.append("done")
        except Exception as error:
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


@pytest.mark.parametrize("kind", ["account", LedgerKind.CLIENT_WALLET])
def test_the_same_money_is_held_once(pair: Pair, kind: str) -> None:
    told: dict[str, Any] = {}
    if kind != "account":
        with transaction.atomic():
            fill_wallet(pair.till.client, "1000.00")
        told = {"source": Place(wallet="USD")}

    ends = at_once(lambda: pair.ask("600.00", **told))

    assert ends.count("done") == 1, ends
    assert set(ends) == {"done", "NotEnough"}
    assert Transfer.objects.count() == 1
    assert proof.findings() == []


def test_one_transfer_is_planned_once(pair: Pair) -> None:
    transfer = pair.ask("600.00")

    def carry() -> None:
        carrying.carry_transfer(transfer_id=transfer.pk, actor=SYSTEM, now=clock.now())

    at_once(carry)

    assert TransferOperation.objects.count() == 1
    assert pair.till.available() == Decimal("400.00")
