"""What prices set off: stop loss and take profit, pending orders, margin call and stop-out."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from trading.calc.equity import closing_price
from trading.calc.stop_out import most_losing, stop_out_comment
from trading.gateway.simulator.book import Change
from trading.gateway.simulator.desk import Desk, opening_price
from trading.gateway.simulator.orders import Order, cancel_trade, close_trade, filled
from trading.gateway.simulator.protocol import No
from trading.terms import Cmd, LevelType, MarginState, Quote, Side, TradeRecord

GAP_SPREADS = 10  # a price further beyond a stop than so many spreads has jumped over it
_LIMITS = (Cmd.BUY_LIMIT, Cmd.SELL_LIMIT)


def follow(desk: Desk, quotes: list[Quote]) -> int:
    """Carry out everything that new quotes set off; return how many tickets it touched."""
    if desk.hours.is_closed(desk.hours.now()):
        return 0
    touched = 0
    for quote in quotes:
        for trade in desk.book.open_on(quote.symbol):
            touched += _act(desk, trade, quote)
    return touched


def expire(desk: Desk) -> int:
    """Cancel the pending orders whose time is over; return how many."""
    now = desk.hours.now()
    if desk.hours.is_closed(now):
        return 0
    late = [t for t in desk.book.open.values() if t.expires_at is not None and t.expires_at <= now]
    for trade in late:
        with desk.book.change() as change:
            cancel_trade(desk, change, Order(ticket=trade.ticket))
    return len(late)


def watch_margin(desk: Desk, logins: list[int]) -> dict[int, LevelType]:
    """Stop out these accounts where it is due; return the levels of those in margin call."""
    called: dict[int, LevelType] = {}
    if desk.hours.is_closed(desk.hours.now()):
        return called
    for login in logins:
        level = _stop_out(desk, login)
        if level is not LevelType.OK:
            called[login] = level
    return called


def _act(desk: Desk, trade: TradeRecord, quote: Quote) -> bool:
    if trade.cmd.is_pending:
        return _activate(desk, trade, quote)
    if not trade.stop_loss and not trade.take_profit:
        return False
    price = closing_price(trade.cmd.side, quote)
    sign = 1 if trade.cmd.side is Side.BUY else -1
    for stop, word, beyond in (
        (trade.stop_loss, "sl", (trade.stop_loss - price) * sign),
        (trade.take_profit, "tp", (price - trade.take_profit) * sign),
    ):
        if stop and beyond >= 0:
            at, suffix = _at_stop(stop, price, word, quote)
            return _close(desk, trade, at, suffix)
    return False


def _at_stop(stop: Decimal, price: Decimal, word: str, quote: Quote) -> tuple[Decimal, str]:
    """Return the price at which a stop is carried out and the server's remark."""
    if abs(price - stop) > (quote.ask - quote.bid) * GAP_SPREADS:
        return price, f"[{word}/gap]"
    return stop, f"[{word}]"


def _close(desk: Desk, trade: TradeRecord, price: Decimal, suffix: str) -> bool:
    try:
        with desk.book.change() as change:
            close_trade(desk, change, Order(ticket=trade.ticket, price=price), suffix=suffix)
    except No:  # a conversion quote is missing: the stop waits for it
        return False
    return True


def _activate(desk: Desk, trade: TradeRecord, quote: Quote) -> bool:
    price = opening_price(trade.cmd.side, quote)
    limit = trade.cmd in _LIMITS
    waits_below = limit == (trade.cmd.side is Side.BUY)
    beyond = trade.open_price - price if waits_below else price - trade.open_price
    if beyond < 0:
        return False
    at, _ = _at_stop(trade.open_price, price, "", quote)
    try:
        with desk.book.change() as change:
            _fill_pending(desk, change, replace(trade, open_price=at))
    except No:
        return False
    return True


def _fill_pending(desk: Desk, change: Change, trade: TradeRecord) -> None:
    """Turn a pending order into a position, or delete it where the margin is not there."""
    account = change.account(trade.login)
    position = filled(
        desk,
        account,
        replace(
            trade,
            cmd=Cmd.BUY if trade.cmd.side is Side.BUY else Cmd.SELL,
            opened_at=change.now,
            opened_server_time=change.server_time,
            expires_at=None,
        ),
    )
    if not account.enabled or not desk.can_afford(position):
        cancel_trade(desk, change, Order(ticket=trade.ticket), comment="deleted [no money]")
        return
    change.put_trade("trade_update", position)


def _stop_out(desk: Desk, login: int) -> LevelType:
    """Close the most losing positions until the level is out of danger; return where it ends."""
    while True:
        try:
            state = desk.margin_state(login)
        except No:  # unknown figures close nothing
            return LevelType.OK
        if state.level_type is not LevelType.STOP_OUT:
            return state.level_type
        if _is_hedged_and_spared(desk, login) or not _close_worst(desk, login, state):
            return state.level_type


def _is_hedged_and_spared(desk: Desk, login: int) -> bool:
    """Return whether the group spares accounts whose positions cover each other wholly."""
    rules = desk.book.rules.group(desk.book.account(login).group)
    if not rules.stop_out_skips_hedged:
        return False
    balance: Counter[str] = Counter()
    for trade in desk.book.open_of(login):
        if trade.cmd.is_market:
            sign = 1 if trade.cmd.side is Side.BUY else -1
            balance[trade.symbol] += sign * trade.volume_hundredths
    return not any(balance.values())


def _close_worst(desk: Desk, login: int, state: MarginState) -> bool:
    worst = most_losing(desk.reckon(login).results)
    if worst is None:
        return False
    trade = desk.book.open[worst]
    price = closing_price(trade.cmd.side, desk.quote(trade.symbol))
    return _close(desk, trade, price, stop_out_comment(state.equity, state.margin))
