"""Many at once on real PostgreSQL: one reversal of a record, one end of a credit, one debit."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from accounts.actions import chart
from accounts.actions.adjusting import ending
from accounts.ledger import proof
from accounts.models import Adjustment
from accounts.terms.adjustments import Adjustment as State
from accounts.terms.adjustments import AdjustmentKind, Cause
from backoffice.core import clock
from tests.accounts.actions.test_at_once import PATIENCE_SECONDS, at_once, money_of
from tests.cluster import Database
from tests.factories.accounts.adjusting import MONTH, Desk
from tests.factories.payments import SYSTEM, a_metatrader, a_till

TOGETHER = 8


@pytest.fixture
def desk(fresh_database: Database, redis_server: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk in a database of the test's own; nobody loses patience in the queue."""
    monkeypatch.setattr(chart, "PATIENCE_MS", PATIENCE_SECONDS * 1000)
    return Desk(a_till())


def test_of_many_at_once_one_reverses_and_one_ends_a_credit(
    desk: Desk, fresh_database: Database, tmp_path: Path, settings: Any
) -> None:
    with a_metatrader(desk.till, tmp_path, settings) as script:
        given = desk.booked(AdjustmentKind.CORRECTION, "25.00")
        credit = desk.booked(AdjustmentKind.CREDIT_IN, "100.00")
        wait = {"together": TOGETHER, "database": fresh_database, "hold": money_of(desk.till)}

        def reverse(number: int) -> None:
            desk.ask(AdjustmentKind.REVERSAL, ticket=given.ticket, cause=Cause.MISTAKE)

        assert at_once(reverse, TOGETHER, **wait) == Counter(
            {"done": 1, "AlreadyReversed": TOGETHER - 1}
        )
        later = clock.now() + 2 * MONTH

        def end(number: int) -> None:
            ending.end_credit(credit_id=credit.pk, actor=SYSTEM, now=later)

        assert at_once(end, TOGETHER, together=TOGETHER, database=fresh_database) == Counter(
            {"done": TOGETHER}
        )
        desk.agree(Adjustment.objects.get(kind=AdjustmentKind.REVERSAL))
        desk.work(later=2 * MONTH)
        desk.work(later=2 * MONTH)

    ended = Adjustment.objects.filter(kind=AdjustmentKind.CREDIT_OUT)
    assert [one.state for one in ended] == [State.DONE]
    assert sorted(one.profit for one in script.booked) == [-100, -25, 25, 100]
    assert proof.findings() == []
    assert desk.till.agrees()
