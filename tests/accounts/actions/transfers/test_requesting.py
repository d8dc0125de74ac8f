"""Asking for a transfer: what is let through, what is refused with a sentence, held once."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.actions import withdrawals
from accounts.actions.transfers import requesting, steps, waiting
from accounts.actions.transfers.requesting import Place
from accounts.actions.withdrawals import BadRequest, NotEnough
from accounts.models import Entry, Transfer
from accounts.terms import Transfer as State
from backoffice.core import clock
from backoffice.core.errors import Conflict
from crm.models import Client
from tests.factories.moving.transfers import Pair, an_account_of, fill_wallet, in_transit, now_of
from tests.factories.payments import Till, work_done
from tests.factories.people import a_client, a_staff_user
from trading.models import Server, TradingAccount

pytestmark = pytest.mark.django_db
NOWHERE = Place()


def refused(pair: Pair, error: type[Exception], amount: str = "100.00", **changes: Any) -> str:
    """The sentence of a refusal; nothing is written."""
    entries = Entry.objects.count()
    with pytest.raises(error) as caught:
        pair.ask(amount, **changes)
    assert Transfer.objects.count() == 0
    assert Entry.objects.count() in (entries, entries + 2)  # the books may have opened
    return str(caught.value)


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1.001", "1e30"])
def test_no_amount(pair: Pair, amount: str) -> None:
    assert "is no amount of USD" in refused(pair, BadRequest, amount)


def test_source_and_target_have_to_differ(pair: Pair) -> None:
    same = Place(account_id=pair.till.account.pk)
    assert "the same" in refused(pair, BadRequest, target=same)


def test_a_closed_account_takes_and_gives_nothing(pair: Pair) -> None:
    TradingAccount.objects.filter(pk=pair.other.pk).update(enabled=False)
    assert "Account 8 is closed" in refused(pair, BadRequest)
    turned = {"source": Place(account_id=pair.other.pk)}
    turned["target"] = Place(account_id=pair.till.account.pk)
    assert "Account 8 is closed" in refused(pair, BadRequest, **turned)


def test_made_up_money_goes_nowhere(pair: Pair) -> None:
    Server.objects.filter(pk=pair.other.server_id).update(kind="demo")
    assert "is a demo" in refused(pair, BadRequest)


def test_somebody_elses_account(pair: Pair) -> None:
    other = a_client("Bea Far", entity=pair.till.client.legal_entity)
    theirs = Place(account_id=an_account_of(other, 99).pk)
    assert "does not belong" in refused(pair, BadRequest, target=theirs)
    assert "does not belong" in refused(pair, BadRequest, source=theirs)
    assert "Choose" in refused(pair, BadRequest, target=NOWHERE)


def test_more_than_is_free(pair: Pair) -> None:
    assert "1,000.00" in refused(pair, NotEnough, "1000.01")


def test_without_kyc(pair: Pair) -> None:
    Client.objects.update(kyc_level=0)
    assert "KYC level 1" in refused(pair, BadRequest)


def test_who_may_not(pair: Pair) -> None:
    stranger = a_staff_user("dealer", entity=pair.till.client.legal_entity)
    with pytest.raises(steps.NotAllowed):
        requesting.request_transfer(request=pair.request(), actor=stranger.actor, now=clock.now())


def test_the_same_key_asks_once(pair: Pair) -> None:
    request = pair.request("100.00")
    told = {"actor": pair.till.asker.actor, "now": clock.now()}
    first = requesting.request_transfer(request=request, **told)
    assert requesting.request_transfer(request=request, **told) == first
    assert pair.till.available() == Decimal("900.00")
    with pytest.raises(Conflict):
        requesting.request_transfer(request=replace(request, amount=Decimal(1)), **told)


def test_transfers_and_withdrawals_do_not_take_the_same_money(pair: Pair) -> None:
    till: Till = pair.till
    pair.ask("600.00")
    with pytest.raises(withdrawals.NotEnough):
        till.ask("400.01")
    till.ask("400.00")
    with pytest.raises(NotEnough):
        pair.ask("0.01", key=uuid4())


def test_from_an_account_into_a_wallet_and_back(carried: Pair) -> None:
    wallet = Place(wallet="USD")
    into = carried.ask("100.00", target=wallet)
    for _ in range(3):
        work_done()
    assert now_of(into).state == State.DONE
    assert [one.profit for one in carried.script.booked] == [Decimal("-100.00")]
    with pytest.raises(NotEnough):
        carried.ask("100.01", source=wallet, target=Place(account_id=carried.other.pk))

    out = carried.ask("100.00", source=wallet, target=Place(account_id=carried.other.pk))
    for _ in range(3):
        work_done()

    out = now_of(out)
    assert (out.state, out.debit_ticket) == (State.DONE, None)
    assert carried.balances() == (Decimal("900.00"), Decimal("600.00"))
    assert carried.agree()


def test_what_an_account_refuses_goes_back_into_the_wallet(carried: Pair) -> None:
    fill_wallet(carried.till.client, "80.00")
    carried.script.code, carried.script.books = 134, False

    transfer = carried.ask("80.00", source=Place(wallet="USD"))
    for _ in range(4):
        work_done()

    transfer = now_of(transfer)
    assert (transfer.state, carried.script.booked) == (State.REVERSED, [])
    assert in_transit() == 0
    carried.ask("80.00", source=Place(wallet="USD"))


def test_an_open_transfer_stands_in_the_way_of_changes_on_both_sides(pair: Pair) -> None:
    accounts = (pair.till.account.pk, pair.other.pk)
    assert [waiting.reason(one) for one in accounts] == ["", ""]
    transfer = pair.ask()
    assert [waiting.reason(one) for one in accounts] == [f"Transfer {transfer} is open on it."] * 2
