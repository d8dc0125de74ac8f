"""Trades, the same for every engine: opened, closed in every way, changed, activated, deleted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.factories.dealer import STEP, Dealer
from tests.factories.engines import Bench
from trading.gateway import clock
from trading.gateway.errors import BadMessage, NotSent, Refused
from trading.terms import BalanceKind, Cmd, GroupSecurity, Passage

pytestmark = pytest.mark.processes

Passages = Callable[[], Passage]


def refusal(call: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as no:
        call()
    return no.value


@pytest.mark.verbs("change_balance", "find_marker", "history")
def test_money_moves_once_and_is_found_by_its_marker(dealer: Dealer) -> None:
    passage = dealer.passage()
    done = dealer.gateway.change_balance(
        passage=passage, login=dealer.login, kind=BalanceKind.BALANCE, amount=Decimal("-25.50"),
        comment="withdrawal",
    )  # fmt: skip
    assert dealer.balance() == Decimal("4974.50")
    span = {"start": clock.now() - timedelta(days=1), "end": clock.now() + timedelta(days=1)}
    found = dealer.gateway.find_marker(login=dealer.login, marker=passage.marker, **span)
    assert [one.ticket for one in found] == [done.ticket]
    assert done.record in dealer.gateway.history(login=dealer.login, **span)


@pytest.mark.verbs("close_attempt", "change_balance")
def test_a_closed_attempt_never_leaves_and_the_next_one_may(dealer: Dealer) -> None:
    first = dealer.passage()
    money: dict[str, Any] = {"kind": BalanceKind.BALANCE, "amount": Decimal(9), "comment": ""}
    dealer.gateway.close_attempt(login=dealer.login, marker=first.marker, attempt=1)
    with pytest.raises(NotSent) as no:
        dealer.gateway.change_balance(passage=first, login=dealer.login, **money)
    assert no.value.reason == "closed"
    assert dealer.balance() == Decimal("5000.00")
    second = replace(first, attempt=2, absence_evidence="the first one was closed unsent")
    dealer.gateway.change_balance(passage=second, login=dealer.login, **money)
    assert dealer.balance() == Decimal("5009.00")


@pytest.mark.verbs("confirm_journal", "server_info")
def test_a_journal_is_confirmed_by_its_name_and_two_people(bench: Bench) -> None:
    own = bench.gateway.server_info().journal_id
    for wrong in ({"journal_id": "other", "second": "Grace"}, {"second": "Ada"}, {"second": ""}):
        with pytest.raises(BadMessage):
            bench.gateway.confirm_journal(**{"journal_id": own, "by": "Ada", **wrong})
    bench.gateway.confirm_journal(journal_id=own, by="Ada", second="Grace")


@pytest.mark.verbs("change_balance")
def test_credit_comes_with_its_expiry_and_goes(dealer: Dealer) -> None:
    expires_at = (clock.now() + timedelta(days=30)).replace(microsecond=0)
    credit: dict[str, Any] = {"kind": BalanceKind.CREDIT, "comment": ""}
    done = dealer.tell("change_balance", amount=Decimal(50), expires_at=expires_at, **credit)
    assert done.record is not None
    assert (done.record.cmd, done.record.expires_at) == (Cmd.CREDIT, expires_at)
    assert refusal(lambda: dealer.tell("change_balance", amount=Decimal(50), **credit)).code == 3
    dealer.tell("change_balance", amount=Decimal(-50), **credit)
    assert dealer.gateway.account(login=dealer.login).credit == 0
    assert dealer.balance() == Decimal("5000.00")


@pytest.mark.verbs("open_trade", "trade", "close_trade")
def test_a_position_opens_and_closes(dealer: Dealer) -> None:
    opened = dealer.open(comment="grid 1/5 é")
    record = dealer.gateway.trade(ticket=opened.ticket)
    assert opened.record == record
    assert (record.cmd, record.volume_hundredths, record.comment) == (Cmd.BUY, 20, "grid 1/5 é")
    assert (record.open_price, record.is_open) == (dealer.ask, True)
    closed = dealer.tell(
        "close_trade", ticket=opened.ticket, volume_hundredths=20, price=dealer.bid
    )
    assert closed.record == dealer.gateway.trade(ticket=opened.ticket)
    assert closed.record is not None
    assert (closed.record.is_open, closed.remainder) == (False, 0)
    result = closed.record.profit + closed.record.swap + closed.record.commission
    assert dealer.balance() == Decimal("5000.00") + result
    again = {"ticket": opened.ticket, "volume_hundredths": 20, "price": dealer.bid}
    assert refusal(lambda: dealer.tell("close_trade", **again)).code == 3


@pytest.mark.verbs("close_trade")
def test_a_part_closes_and_the_rest_goes_on_under_a_new_ticket(dealer: Dealer) -> None:
    first = dealer.open().ticket
    done = dealer.tell("close_trade", ticket=first, volume_hundredths=5, price=dealer.bid)
    assert done.record is not None
    assert (done.record.volume_hundredths, done.record.comment) == (5, f"to #{done.remainder}")
    assert dealer.open_now() == {done.remainder: 15}
    assert dealer.gateway.trade(ticket=done.remainder).comment == f"from #{first}"
    more = {"ticket": done.remainder, "volume_hundredths": 16, "price": dealer.bid}
    assert refusal(lambda: dealer.tell("close_trade", **more)).code == 131
    assert dealer.open_now() == {done.remainder: 15}


@pytest.mark.verbs("close_by")
def test_a_position_closes_by_its_opposite(dealer: Dealer) -> None:
    buy, sell = dealer.open(Cmd.BUY, 2).ticket, dealer.open(Cmd.SELL, 5).ticket
    done = dealer.tell("close_by", ticket=buy, opposite=sell)
    one, other = (dealer.gateway.trade(ticket=ticket) for ticket in (buy, sell))
    rest = dealer.gateway.trade(ticket=done.remainder)
    assert done.record == one
    assert (one.volume_hundredths, one.comment) == (2, "partial close")
    assert (other.volume_hundredths, other.comment) == (0, f"close hedge by #{buy}")
    assert (rest.volume_hundredths, rest.comment, rest.cmd) == (3, f"from #{buy}", Cmd.SELL)
    assert (one.close_price, other.profit) == (dealer.bid, 0)
    assert dealer.open_now() == {rest.ticket: 3}
    paid = one.profit + one.swap + one.commission + other.swap + other.commission
    assert dealer.balance() == Decimal("5000.00") + paid


@pytest.mark.verbs("close_by")
def test_what_is_not_opposite_does_not_close(dealer: Dealer) -> None:
    one, two, waiting = dealer.open().ticket, dealer.open().ticket, dealer.pending().ticket
    before = dealer.open_now()
    for ticket, opposite in ((one, two), (one, waiting), (one, one), (one, 2**31 - 1)):
        no = refusal(
            lambda a=ticket, b=opposite: dealer.tell("close_by", ticket=a, opposite=b)  # type: ignore[misc]
        )
        assert no.code == 3
    assert dealer.open_now() == before


@pytest.mark.verbs("close_all", "open_trades_of")
def test_all_of_a_symbol_close_by_each_other(dealer: Dealer) -> None:
    """As a real server booked it: 0.07 bought against 0.05 and 0.10 sold leaves 0.08 sold."""
    one = dealer.open(Cmd.BUY, 7).ticket
    two, three = dealer.open(Cmd.SELL, 5).ticket, dealer.open(Cmd.SELL, 10).ticket
    done = dealer.tell("close_all", symbol="EURUSD")
    trades = {t: dealer.gateway.trade(ticket=t) for t in (one, two, three, three + 1, three + 2)}
    said = {t: (r.volume_hundredths, r.comment) for t, r in trades.items()}
    assert said == {
        one: (5, "partial close"),
        two: (0, f"close hedge by #{one}"),
        three: (2, "partial close"),
        three + 1: (0, f"close hedge by #{three}"),
        three + 2: (8, "partial close"),
    }
    assert (done.remainder, dealer.open_now()) == (three + 2, {three + 2: 8})
    assert refusal(lambda: dealer.tell("close_all", symbol="EURUSD")).code == 3


@pytest.mark.verbs("modify_trade")
def test_stops_and_pending_prices_move(dealer: Dealer) -> None:
    stops = {"stop_loss": dealer.bid - 2 * STEP, "take_profit": dealer.ask + 2 * STEP}
    position, order = dealer.open().ticket, dealer.pending().ticket
    done = dealer.tell("modify_trade", ticket=position, price=dealer.ask, **stops)
    assert done.record is not None
    assert (done.record.stop_loss, done.record.take_profit) == tuple(stops.values())
    expires_at = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    price = dealer.bid - STEP / 2
    moved = dealer.tell("modify_trade", ticket=order, price=price, expires_at=expires_at, **stops)
    assert moved.record is not None
    assert (moved.record.open_price, moved.record.expires_at) == (price, expires_at)
    wrong = stops | {"stop_loss": dealer.ask + STEP}
    no = refusal(lambda: dealer.tell("modify_trade", ticket=position, price=dealer.ask, **wrong))
    assert no.code == 130
    assert dealer.gateway.trade(ticket=position).stop_loss == stops["stop_loss"]


@pytest.mark.verbs("activate_order")
def test_a_pending_order_is_activated_at_a_price(dealer: Dealer) -> None:
    order, position = dealer.pending().ticket, dealer.open().ticket
    done = dealer.tell("activate_order", ticket=order, price=dealer.bid)
    assert done.record is not None
    assert (done.record.cmd, done.record.open_price) == (Cmd.BUY, dealer.bid)
    for ticket in (order, position):
        no = refusal(
            lambda t=ticket: dealer.tell("activate_order", ticket=t, price=dealer.bid)  # type: ignore[misc]
        )
        assert no.code == 3


@pytest.mark.verbs("delete_order", "open_tickets")
def test_a_pending_order_is_deleted_and_a_position_never(dealer: Dealer) -> None:
    order, position = dealer.pending().ticket, dealer.open().ticket
    done = dealer.tell("delete_order", ticket=order)
    assert done.record is not None
    assert (done.record.is_open, done.record.comment) == (False, "cancelled by dealer")
    assert order not in dealer.gateway.open_tickets()
    assert refusal(lambda: dealer.tell("delete_order", ticket=position)).code == 3
    assert position in dealer.gateway.open_tickets()


@pytest.mark.verbs("change_comment")
def test_a_comment_is_rewritten_but_never_a_marker(dealer: Dealer) -> None:
    ticket = dealer.open(comment="before").ticket
    for text in ("after", "after", ""):
        done = dealer.tell("change_comment", ticket=ticket, comment=text)
        assert done.record is not None
        assert done.record.comment == dealer.gateway.trade(ticket=ticket).comment == text
    money = dealer.tell("change_balance", kind=BalanceKind.BALANCE, amount=Decimal(1), comment="")
    for number, text, words in (
        (ticket, "x" * 32, "32 bytes"),
        (ticket, "Привет", "code page"),
        (ticket, "BO:FORGED", "that is a marker"),
        (money.ticket, "mine now", "it stays"),
    ):
        with pytest.raises(BadMessage, match=words):
            dealer.tell("change_comment", ticket=number, comment=text)
    assert dealer.gateway.trade(ticket=money.ticket) == money.record


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"login": 1}, 65),
        ({"symbol": "NOPE"}, 3),
        ({"price": Decimal("1.123456")}, 129),
        ({"price": Decimal(0)}, 3),
        ({"volume_hundredths": 0}, 131),
        ({"volume_hundredths": -5}, 131),
        ({"cmd": Cmd.BALANCE}, 3),
        ({"stop_loss": Decimal("9.00000")}, 130),
        ({"volume_hundredths": 900_000}, 134),
    ],
)
@pytest.mark.verbs("open_trade")
def test_an_order_that_cannot_be_is_refused_and_leaves_nothing(
    dealer: Dealer, changed: dict[str, Any], code: int
) -> None:
    before = dealer.gateway.account(login=dealer.login)
    no = refusal(lambda: dealer.open(**changed))
    assert no.code == code
    assert no.text
    assert dealer.open_now() == {}
    assert dealer.gateway.account(login=dealer.login) == before


@pytest.mark.parametrize(("comment", "words"), [("x" * 32, "32 bytes"), ("Ада", "code page")])
@pytest.mark.verbs("open_trade")
def test_a_comment_that_the_server_cannot_keep_is_not_sent(
    dealer: Dealer, comment: str, words: str
) -> None:
    with pytest.raises(BadMessage, match=words):
        dealer.open(comment=comment)
    assert dealer.open_now() == {}


@pytest.mark.verbs("open_trade", "close_trade")
def test_a_volume_has_to_be_on_the_groups_step(bench: Bench, dealer: Dealer) -> None:
    group = dealer.gateway.account(login=dealer.login).group
    bench.copy_group(group, "stepped")
    dealer.tell("set_group", group="stepped")
    ticket = dealer.open(volume=30).ticket
    bench.set_security("stepped", GroupSecurity(name="Forex", lot_min=10, lot_max=50, lot_step=10))
    for volume in (5, 15, 60):
        assert refusal(lambda v=volume: dealer.open(volume=v)).code == 131  # type: ignore[misc]
    part = {"ticket": ticket, "volume_hundredths": 15, "price": dealer.bid}
    assert refusal(lambda: dealer.tell("close_trade", **part)).code == 131
    assert dealer.open_now() == {ticket: 30}


@pytest.mark.verbs("open_trade", "set_read_only", "set_enabled")
def test_who_may_not_trade_does_not(dealer: Dealer) -> None:
    dealer.tell("set_read_only", read_only=True)
    assert refusal(dealer.open).code == 133
    dealer.tell("set_read_only", read_only=False)
    dealer.tell("set_enabled", enabled=False)
    assert refusal(dealer.open).code == 64
    money = {"kind": BalanceKind.BALANCE, "amount": Decimal(1), "comment": ""}
    assert refusal(lambda: dealer.tell("change_balance", **money)).code == 64
    assert dealer.balance() == Decimal("5000.00")
