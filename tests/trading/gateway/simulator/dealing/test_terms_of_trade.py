"""What a group or symbol adds to a trade: tax, agent, opening anew at a part, orders of a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.factories.desks.asked import DeskDirect
from tests.factories.simulator import Clock, a_desk, a_server, accounts, other_group, reopened
from trading.gateway.agent.orders.trades import CloseTrade
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.nightly import end_day
from trading.gateway.simulator.office.authors import Author
from trading.gateway.simulator.office.group_rules import GroupRules, Lifetime, SymbolRules
from trading.gateway.simulator.orders import Order, close_trade, open_trade
from trading.terms import (
    Cmd,
    CommissionType,
    Done,
    ManagerAccount,
    ManagerRight,
    Passage,
    TradeRecord,
)

BUY = Order(cmd=0, login=5001, symbol="EURUSD", volume=100, price=Decimal("1.20010"))
BID = Decimal("1.20000")


def opened(desk: Desk, order: Order = BUY) -> TradeRecord:
    with desk.book.change() as change:
        return open_trade(desk, change, order)


def closed(desk: Desk, ticket: int, volume: int = 0) -> tuple[TradeRecord, int]:
    with desk.book.change() as change:
        return close_trade(desk, change, Order(ticket=ticket, price=BID, volume=volume))


def with_agent(folder: Path, clock: Clock) -> Desk:
    """Client 5001 with agent 6001, who keeps his account in euro."""
    people = accounts({"login": 5001, "agent_login": 6001}, {"login": 6001, "group": "real-eur"})
    people = tuple(replace(one, currency="EUR") if one.login == 6001 else one for one in people)
    beginning = a_server(accounts=people)
    return a_desk(folder, clock, replace(beginning, groups=(*beginning.groups, other_group())))


def charge(desk: Desk, amount: str) -> None:
    group = desk.book.groups["real-usd"]
    desk.book.groups["real-usd"] = replace(group, commission=Decimal(amount))


def test_a_tax_stands_on_top_of_the_commission_and_is_parted_with_it(desk: Desk) -> None:
    charge(desk, "7.00")
    desk.book.rules.put_group(GroupRules(name="real-usd", commission_tax_percent=Decimal(19)))
    trade = opened(desk)
    assert (trade.commission, trade.taxes) == (Decimal("-7.00"), Decimal("-1.33"))
    part, rest = closed(desk, trade.ticket, 30)
    assert (part.taxes, desk.book.open[rest].taxes) == (Decimal("-0.40"), Decimal("-0.93"))
    earned = part.profit + part.commission + part.taxes
    assert desk.book.account(5001).balance == 10_000 + earned


def test_an_agent_is_paid_in_his_own_currency_when_the_trade_closes(
    tmp_path: Path, clock: Clock
) -> None:
    desk = with_agent(tmp_path, clock)
    before = desk.book.account(6001).balance
    rules = GroupRules(name="real-usd", agent_commission=Decimal(6))
    desk.book.rules.put_group(rules)
    desk = reopened(desk, tmp_path)
    trade = opened(desk)
    assert desk.book.account(6001).balance == before
    # A manager whose mask does not reach the agent closes the trade: the server pays all the same.
    rights = tuple(ManagerRight)
    desk.book.managers[77] = ManagerAccount(login=77, name="N", rights=rights, groups="real-usd")
    with desk.book.acting(Author(77, "10.1.2.3")):
        closed(desk, trade.ticket, 50)
    assert desk.book.account(6001).balance - before == Decimal("2.50")  # 3 USD at the middle
    record = desk.book.journal.trade(desk.book.last_ticket)
    assert record is not None
    assert (record.login, record.cmd, record.profit) == (6001, Cmd.BALANCE, Decimal("2.50"))
    assert record.comment == f"agent '5001' - #{trade.ticket}"

    in_points = replace(rules, agent_type=CommissionType.PIPS, agent_commission=Decimal(10))
    desk.book.rules.put_group(in_points)
    closed(desk, max(desk.book.open))
    assert desk.book.account(6001).balance - before == Decimal("6.67")  # and 5 USD of ten points


def test_an_agent_who_is_not_there_gets_nothing(tmp_path: Path, clock: Clock) -> None:
    desk = a_desk(tmp_path, clock, a_server(accounts=accounts({"login": 5001, "agent_login": 7})))
    desk.book.rules.put_group(GroupRules(name="real-usd", agent_commission=Decimal(6)))
    done, _ = closed(desk, opened(desk).ticket)
    assert desk.book.last_ticket == done.ticket


def test_a_group_may_close_the_whole_and_open_the_rest_anew(desk: Desk) -> None:
    desk.book.rules.put_group(GroupRules(name="real-usd", close_reopens=True))
    trade = opened(desk, replace(BUY, price=Decimal("1.20510")))
    arguments = {"login": 5001, "ticket": trade.ticket, "volume_hundredths": 30, "price": BID}
    passage = Passage(marker="M", attempt=1, deadline=datetime(2030, 1, 1, tzinfo=UTC))
    order, direct = CloseTrade({"passage": passage, **arguments}), DeskDirect(desk)
    done = order.read_back(direct, order.send(direct), desk.hours.now())
    assert isinstance(done, Done), done
    assert done.record is not None
    assert (done.record.volume_hundredths, done.record.profit) == (100, Decimal("-510.00"))
    assert done.record.comment == f"to #{done.remainder}"
    rest = desk.book.open[done.remainder]
    assert (rest.volume_hundredths, rest.open_price) == (70, Decimal("1.20010"))
    assert (rest.opened_at, rest.comment) == (desk.hours.now(), f"from #{trade.ticket}")
    assert desk.book.account(5001).balance == Decimal("9490.00")


def test_orders_of_a_day_end_with_it(desk: Desk, clock: Clock) -> None:
    limit = replace(BUY, cmd=2, price=Decimal("1.19000"))
    stopped = replace(BUY, sl=Decimal("1.10000"))
    gold = Order(cmd=2, login=5001, symbol="XAUUSD", volume=1, price=Decimal("100.00"))
    pending, position, other = opened(desk, limit), opened(desk, stopped), opened(desk, gold)
    day = clock.time.date()
    for lifetime, stop in ((Lifetime.DAILY_NO_STOPS, stopped.sl), (Lifetime.DAILY, Decimal(0))):
        desk.book.rules.put_symbol(SymbolRules(name="EURUSD", pendings=lifetime))
        clock.time += timedelta(days=1)
        end_day(desk, day, although_held=True)
        assert pending.ticket not in desk.book.open
        assert desk.book.open[position.ticket].stop_loss == stop
        assert desk.book.open[position.ticket].swap < 0
        day += timedelta(days=1)
    ended = desk.book.journal.trade(pending.ticket)
    assert ended is not None
    assert (ended.comment, ended.is_open) == ("cancelled", False)
    assert other.ticket in desk.book.open
