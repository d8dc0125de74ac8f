"""Every end of a transfer in MetaTrader: the money is in one place, and the books say which."""

from decimal import Decimal

import pytest

from accounts.actions.transfers import carrying, returning, steps
from accounts.models import TransferOperation
from accounts.queries.transfers import moved
from accounts.terms import Transfer as State
from backoffice.core import clock
from tests.factories.agents import Script
from tests.factories.moving.transfers import LATER, Pair, in_transit, now_of, settled, told
from tests.factories.payments import SYSTEM, work_done
from trading.gateway.agent.engine import LinkError
from trading.models import ServerState
from trading.queries import money

pytestmark = pytest.mark.django_db


def lose_answer(script: Script, *, leg: int, booked: bool) -> None:
    """Lose the answer to the command of a leg, the first or the second, booked or not."""
    seen = {"count": 0}

    def happen() -> None:
        seen["count"] += 1
        if seen["count"] == leg:
            script.before = script.after = lambda: None
            raise LinkError("the line broke")

    if booked:
        script.after = happen
    else:
        script.before = happen


def refuse(script: Script, *, leg: int) -> None:
    """Answer a leg with a definite no, and book the others."""
    seen = {"count": 0}

    def happen() -> None:
        seen["count"] += 1
        script.code, script.books = (134, False) if seen["count"] == leg else (0, True)

    script.before = happen


def test_it_goes_by_itself(carried: Pair) -> None:
    transfer = carried.ask("100.00")
    assert carried.till.available() == Decimal("900.00")

    work_done()
    work_done()

    transfer = now_of(transfer)
    out, into = carried.script.booked
    assert (out.login, out.profit) == (7, Decimal("-100.00"))
    assert (into.login, into.profit) == (8, Decimal("100.00"))
    assert out.comment != into.comment
    assert transfer.state == State.DONE
    assert (transfer.debit_ticket, transfer.credit_ticket) == (out.ticket, into.ticket)
    assert told(transfer) == ["requested", "approved", "debited", "done"]
    assert carried.balances() == (Decimal("900.00"), Decimal("600.00"))
    assert carried.agree()


def test_a_refused_debit_releases_the_hold(carried: Pair) -> None:
    refuse(carried.script, leg=1)
    transfer = carried.ask()

    work_done()

    assert now_of(transfer).state == State.REFUSED
    assert carried.till.available() == Decimal("1000.00")
    assert carried.script.booked == []
    assert carried.agree()


def test_a_refused_credit_goes_back_under_a_marker_of_its_own(carried: Pair) -> None:
    refuse(carried.script, leg=2)
    transfer = carried.ask()

    for _ in range(3):
        work_done()

    transfer = now_of(transfer)
    out, back = carried.script.booked
    assert (back.login, back.profit) == (7, Decimal("100.00"))
    assert out.comment != back.comment
    assert (transfer.state, transfer.return_ticket) == (State.REVERSED, back.ticket)
    assert "MetaTrader refused" in transfer.return_because
    assert told(transfer) == ["requested", "approved", "debited", "reversing", "reversed"]
    assert TransferOperation.objects.count() == 3
    assert carried.balances() == (Decimal("1000.00"), Decimal("500.00"))
    assert carried.agree()


@pytest.mark.parametrize("leg", [1, 2])
@pytest.mark.parametrize("booked", [True, False])
def test_a_lost_answer_settles(carried: Pair, leg: int, booked: bool) -> None:
    lose_answer(carried.script, leg=leg, booked=booked)
    transfer = carried.ask()
    work_done()
    work_done()
    middle = now_of(transfer)
    assert (middle.state, middle.uncertain_leg) == (
        State.UNCERTAIN, "debit" if leg == 1 else "credit",
    )  # fmt: skip

    settled()
    for _ in range(2):
        later = clock.now() + 3 * LATER
        ServerState.objects.update(synced_at=later)
        carrying.carry_transfer(transfer_id=transfer.pk, actor=SYSTEM, now=later)
        work_done(later=3 * LATER)

    assert now_of(transfer).state == State.DONE
    assert len(carried.script.booked) == 2
    assert carried.balances() == (Decimal("900.00"), Decimal("600.00"))
    assert carried.agree()


def test_above_the_limit_a_second_person_lets_it_go_back(
    carried: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.calc import transfer_rules
    from accounts.queries.transfers import funds

    rules = transfer_rules.rules_of({"return_limit": "50"})
    monkeypatch.setattr(funds, "rules_for", lambda *told: rules)
    refuse(carried.script, leg=2)
    transfer = carried.ask()
    for _ in range(3):
        work_done()
    held = now_of(transfer)
    assert (held.state, held.next_try_at) == (State.REVERSING, None)
    assert "second person" in held.waits_because
    assert in_transit() == Decimal("100.00")

    told_ = {"transfer_id": transfer.pk, "now": clock.now()}
    with pytest.raises(steps.NotAllowed):
        returning.return_transfer(reason="ok", actor=carried.till.asker.actor, **told_)
    returning.return_transfer(reason="ok", actor=carried.till.cashier.actor, **told_)
    work_done()

    assert now_of(transfer).state == State.REVERSED
    assert carried.agree()


def test_what_was_lost_in_trading_meanwhile_is_refused(carried: Pair) -> None:
    transfer = carried.ask("900.00")
    carried.till.account.__class__.objects.filter(pk=carried.till.account.pk).update(balance=500)

    work_done()

    transfer = now_of(transfer)
    assert transfer.state == State.REFUSED
    assert "500.00" in transfer.refused_because
    assert carried.script.booked == []


def test_without_metatrader_it_waits_and_says_why(pair: Pair) -> None:
    transfer = pair.ask()

    work_done()

    transfer = now_of(transfer)
    assert transfer.state == State.APPROVED
    assert transfer.waits_because
    assert transfer.next_try_at is not None
    assert pair.till.available() == Decimal("900.00")


def test_a_move_of_ones_own_is_no_deposit_and_no_withdrawal(carried: Pair) -> None:
    client_id = carried.till.client.pk
    (before,) = moved.moved_of(client_id)
    carried.ask("100.00")
    for _ in range(2):
        work_done()
    carried.mirror_as_booked()

    (raw,) = money.moved_by_client(client_id)
    assert raw.deposits_count == before.deposits_count + 1
    assert moved.moved_of(client_id) == [before]


def test_what_may_go_and_has_not_left_is_taken_back(pair: Pair) -> None:
    transfer = pair.ask()
    assert (transfer.state, pair.till.available()) == (State.APPROVED, Decimal("900.00"))

    returning.cancel_transfer(
        transfer_id=transfer.pk, reason="not needed", actor=pair.till.asker.actor, now=clock.now()
    )

    transfer = now_of(transfer)
    assert (transfer.state, transfer.next_try_at) == (State.CANCELLED, None)
    assert pair.till.available() == Decimal("1000.00")
    carrying.carry_transfer(transfer_id=transfer.pk, actor=SYSTEM, now=clock.now() + LATER)
    assert now_of(transfer).state == State.CANCELLED


def test_what_may_have_left_is_not_taken_back(carried: Pair) -> None:
    transfer = carried.ask()
    lose_answer(carried.script, leg=1, booked=True)
    work_done()
    assert now_of(transfer).state == State.UNCERTAIN

    with pytest.raises(steps.NotPossible):
        returning.cancel_transfer(
            transfer_id=transfer.pk, reason="no", actor=carried.till.asker.actor, now=clock.now()
        )
