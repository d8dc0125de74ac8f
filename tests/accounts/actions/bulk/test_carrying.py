"""A bulk file carried out line by line: each once, paused, resumed, killed, refused, settled."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts import tasks
from accounts.actions.adjusting import carrying as adjusting
from accounts.actions.bulk import carrying, steering, steps
from accounts.ledger import balances, proof
from accounts.models import Adjustment, BulkFile, BulkRow, LedgerAccount
from accounts.queries.bulk import lines, page
from accounts.states import LedgerKind
from accounts.terms.adjustments import Adjustment as State
from accounts.terms.bulk import Bulk, BulkLine
from backoffice.core import clock
from backoffice.core.actors import NOWHERE
from backoffice.core.models import Work, WorkState
from backoffice.core.outbox import bell
from backoffice.identity.models import User
from tests.factories.accounts.bulk import carried, row_of, running, some_accounts
from tests.factories.agents import Script
from tests.factories.payments import SYSTEM, Till, work_done
from trading.actions import looking_up
from trading.gateway.agent.engine import LinkError
from trading.models import BalanceOperation, TradingAccount
from trading.queries import operations

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


def booked(script: Script) -> list[tuple[int, Decimal]]:
    return sorted((one.login, one.profit) for one in script.booked)


def standing(kind: LedgerKind) -> Decimal:
    return balances.summed(LedgerAccount.objects.get(kind=kind)).posted


def paused(till: Till, file: BulkFile) -> BulkFile:
    told = {"actor": till.cashier.actor, "now": clock.now()}
    return steering.pause(file_id=file.pk, reason="lunch", **told)


def resumed(till: Till, file: BulkFile) -> BulkFile:
    return steering.resume(file_id=file.pk, actor=till.cashier.actor, now=clock.now())


def test_every_line_is_booked_once_against_its_reason(till: Till, script: Script) -> None:
    some_accounts(till, 3)
    file = running(
        till,
        "7,5.00,USD,,,rebate,november",
        "101,-20.00,USD,,,fee,",
        "102,7.50,USD,,,prize,",
        "103,30.00,USD,credit,2035-01-01,bonus,",
    )
    carried(file)
    carried(file, later=LATER)
    file.refresh_from_db()

    assert file.state == Bulk.DONE
    assert booked(script) == [
        (7, Decimal("5.00")), (101, Decimal("-20.00")), (102, Decimal("7.50")),
        (103, Decimal("30.00")),
    ]  # fmt: skip
    assert {row.outcome for row in lines.list_lines_for(till.cashier, file.pk)} == {"booked"}  # type: ignore[attr-defined]
    assert standing(LedgerKind.REBATES) == Decimal("5.00")
    assert standing(LedgerKind.FEES) == Decimal("20.00")
    assert standing(LedgerKind.PRIZES) == Decimal("7.50")
    assert standing(LedgerKind.CREDIT_GIVEN) == Decimal("30.00")
    assert till.posted() == Decimal("1005.00")
    till.mirror_as_booked()
    assert till.agrees()
    assert proof.findings() == []


def test_a_turn_of_the_worker_books_every_line_and_leaves_no_work(
    till: Till, script: Script
) -> None:
    some_accounts(till, 2)
    file = running(till, "7,5.00,USD,,,rebate,", "101,-20.00,USD,,,fee,")
    asked: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bell, "ring", lambda: asked.append(1))
        tasks.push_bulk_file(file.pk)
        assert asked == []  # it did what its lines cause itself
        tasks.push_bulk_file(file.pk)
    file.refresh_from_db()

    assert booked(script) == [(7, Decimal("5.00")), (101, Decimal("-20.00"))]
    assert set(Adjustment.objects.values_list("state", flat=True)) == {State.DONE}
    assert not Work.objects.filter(state=WorkState.WAITING, run_after__lte=clock.now()).exists()


def test_paused_after_the_line_in_hand_and_resumed_none_is_doubled(
    till: Till, script: Script
) -> None:
    some_accounts(till, 4)
    file = running(till, *(f"{login},1.00,USD,,,rebate," for login in (7, 101, 102, 103, 104)))
    carried(file, most=2)
    paused(till, file)
    assert carried(file) == 0
    assert len(script.booked) == 2
    with pytest.raises(steps.NotPossible):
        paused(till, file)
    resumed(till, file)
    carried(file)
    carried(file, later=LATER)
    file.refresh_from_db()
    assert (file.state, len(script.booked)) == (Bulk.DONE, 5)
    assert len({one.login for one in script.booked}) == 5


@pytest.mark.parametrize("where", ["made", "sending"])
def test_killed_in_the_middle_none_is_doubled_and_none_is_lost(
    till: Till, script: Script, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Death between the line's own commit and its sending, or while MetaTrader books it."""
    some_accounts(till, 2)
    file = running(till, *(f"{login},1.00,USD,,,rebate," for login in (7, 101, 102)))

    class Killed(BaseException):
        """As a kill -9 would end it."""

    def die(**_told: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        if where == "made":
            patched.setattr(adjusting, "carry_adjustment", die)
            patched.setattr(carrying.carrying, "carry_adjustment", die)
        else:
            patched.setattr("trading.actions.verdicts.confirmed", die)
        with pytest.raises(Killed):
            carrying.carry_next(file_id=file.pk, carrier=uuid4(), actor=SYSTEM, now=clock.now())
    assert carried(file) == 0  # the dead one's lease still stands
    for minutes in (1, 2, 3, 8, 9):
        later = timedelta(minutes=minutes)
        settle(later)
        carried(file, later=later)
    file.refresh_from_db()
    assert (file.state, booked(script)) == (
        Bulk.DONE,
        [(7, Decimal(1)), (101, Decimal(1)), (102, Decimal(1))],
    )
    assert Adjustment.objects.filter(state=State.DONE).count() == 3


def settle(later: timedelta) -> None:
    """What the clockwork does about operations that nobody answered, and adjustments that wait."""
    for number in operations.operations_to_chase():
        for _look in range(2):
            try:
                looking_up.look_up(operation_id=number, actor=SYSTEM, now=clock.now() + later)
            except looking_up.StillUnknown:
                continue
    for number in Adjustment.objects.filter(state=State.APPROVED).values_list("pk", flat=True):
        adjusting.carry_adjustment(adjustment_id=number, actor=SYSTEM, now=clock.now() + later)
    work_done(later=later)


def test_a_second_carrier_finds_nothing_to_do(till: Till, script: Script) -> None:
    some_accounts(till, 1)
    file = running(till, "7,1.00,USD,,,rebate,", "101,1.00,USD,,,rebate,")
    told: dict[str, Any] = {"file_id": file.pk, "actor": SYSTEM, "now": clock.now()}
    assert carrying.carry_next(carrier=uuid4(), **told)
    assert not carrying.carry_next(carrier=uuid4(), **told)
    assert len(script.booked) == 1


def test_metatraders_no_and_our_own_stay_with_their_lines(till: Till, script: Script) -> None:
    (other,) = some_accounts(till, 1)
    file = running(till, "7,1.00,USD,,,rebate,", "101,-900.00,USD,,,fee,")
    TradingAccount.objects.filter(pk=other.pk).update(enabled=False)
    script.code, script.books = 64, False
    carried(file)
    carried(file, later=LATER)
    file.refresh_from_db()
    shown = {row.number: row for row in lines.list_lines_for(till.cashier, file.pk)}
    assert file.state == Bulk.DONE
    assert [shown[number].outcome for number in (2, 3)] == ["refused", "refused"]  # type: ignore[attr-defined]
    assert "MetaTrader refused" in lines.words_of(shown[2])
    assert "shut" in lines.words_of(shown[3])
    seen = page.get_page_for(till.cashier, file.pk, origin=NOWHERE, now=clock.now())
    assert [(one.number, told) for one, told in seen.trouble] == [
        (number, lines.words_of(shown[number])) for number in (2, 3)
    ]
    assert till.posted() == Decimal("1000.00")
    assert proof.findings() == []


def test_no_clear_answer_holds_its_own_line_only(till: Till, script: Script) -> None:
    some_accounts(till, 1)
    file = running(till, "7,1.00,USD,,,rebate,", "101,1.00,USD,,,rebate,")
    script.after = once(script)
    carried(file)
    file.refresh_from_db()
    assert file.state == Bulk.RUNNING
    shown = [row.outcome for row in lines.list_lines_for(till.cashier, file.pk)]  # type: ignore[attr-defined]
    assert shown == ["uncertain", "booked"]
    settle(LATER)
    carried(file, later=LATER)
    file.refresh_from_db()
    assert (file.state, len(script.booked)) == (Bulk.DONE, 2)


def once(script: Script) -> Callable[[], None]:
    def lose() -> None:
        script.before = script.after = lambda: None
        raise LinkError("the line broke")

    return lose


def test_metatrader_out_of_reach_lets_the_file_wait(till: Till, script: Script) -> None:
    some_accounts(till, 2)
    file = running(till, *(f"{login},1.00,USD,,,rebate," for login in (7, 101, 102)))
    server = till.account.server
    server.agent_url, here = "http://127.0.0.1:9", server.agent_url
    server.save(update_fields=["agent_url"])
    carried(file)
    file.refresh_from_db()
    assert file.waits_because
    assert BulkRow.objects.filter(state=BulkLine.MADE).count() == 1
    carried(file, later=timedelta(seconds=6))
    assert BulkRow.objects.filter(state=BulkLine.MADE).count() == 1  # it makes no heap of them
    server.agent_url = here
    server.save(update_fields=["agent_url"])
    for minutes in (1, 2, 3):
        settle(timedelta(minutes=minutes))
        carried(file, later=timedelta(minutes=minutes))
    file.refresh_from_db()
    assert (file.state, file.waits_because, len(script.booked)) == (Bulk.DONE, "", 3)


def test_who_agreed_and_lost_the_right_stops_the_file(till: Till, script: Script) -> None:
    file = running(till, "7,1.00,USD,,,rebate,")
    User.objects.filter(pk=till.second.pk).update(is_active=False)
    carried(file)
    file.refresh_from_db()
    assert file.state == Bulk.PAUSED
    assert file.halted_because
    assert (script.booked, row_of(file, 2).state) == ([], BulkLine.WAITING)


def test_stopped_the_rest_is_left_out(till: Till, script: Script) -> None:
    some_accounts(till, 1)
    file = running(till, "7,1.00,USD,,,rebate,", "101,1.00,USD,,,rebate,")
    carried(file, most=1)
    paused(till, file)
    told = {"actor": till.cashier.actor, "now": clock.now()}
    steering.stop(file_id=file.pk, reason="wrong month", **told)
    file.refresh_from_db()
    assert (file.state, row_of(file, 3).state) == (Bulk.STOPPED, BulkLine.LEFT_OUT)
    with pytest.raises(steps.NotPossible):
        resumed(till, file)
    assert carried(file) == 0
    assert len(script.booked) == 1


def test_two_lines_of_one_account_go_one_after_the_other(till: Till, script: Script) -> None:
    file = running(till, "7,1.00,USD,,,rebate,", "7,2.00,USD,,,prize,")
    carried(file)
    carried(file, later=LATER)
    carried(file, later=2 * LATER)
    file.refresh_from_db()
    assert (file.state, booked(script)) == (Bulk.DONE, [(7, Decimal(1)), (7, Decimal(2))])


def test_a_balance_that_is_not_negative_any_more_is_not_reset(till: Till, script: Script) -> None:
    (owing,) = some_accounts(till, 1)
    TradingAccount.objects.filter(pk=owing.pk).update(balance=Decimal("-5.00"))
    file = running(till, "101,5.00,USD,,,negative_balance,")
    TradingAccount.objects.filter(pk=owing.pk).update(balance=Decimal("20.00"))
    carried(file)
    carried(file, later=LATER)
    row = row_of(file, 2)
    assert (row.state, script.booked) == (BulkLine.REFUSED, [])
    assert "above zero" in row.words


def test_postgresql_lets_no_other_line_through(till: Till) -> None:
    file = running(till, "7,1.00,USD,,,rebate,")
    row = row_of(file, 2)
    other = Adjustment.objects.create(
        key=uuid4(), kind="correction", legal_entity_id=till.client.legal_entity_id,
        client=till.client, account=till.account, amount=Decimal(1), currency="USD",
        cause="rebate", reason="x", requested_by=till.cashier.actor, requested_at=clock.now(),
        approval_id=file.approval_id,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="accounts_bulkrow_another"), transaction.atomic():
        BulkRow.objects.filter(pk=row.pk).update(state=BulkLine.MADE, adjustment=other)
    with pytest.raises(IntegrityError, match="approvals_request_quorum"), transaction.atomic():
        Adjustment.objects.filter(pk=other.pk).update(state=State.APPROVED)
    assert not BalanceOperation.objects.exists()
