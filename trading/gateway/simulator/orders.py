"""Orders: open, close whole or in part, modify, cancel, rewrite a comment — MetaTrader's rules.

Every function works inside one `Change`; a refusal (`No`) leaves nothing of it. Who orders matters:
a manager may act on any account's tickets at a price of its choice, a client's terminal only where
the account may trade.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trading.calc.equity import closing_price
from trading.calc.pips import point
from trading.calc.rounding import normalise
from trading.gateway.simulator.book import Change
from trading.gateway.simulator.dealing.agents import pay_agent
from trading.gateway.simulator.desk import Desk, opening_price
from trading.gateway.simulator.protocol import Code, No
from trading.terms import AccountRecord, Cmd, Quote, Side, SymbolSpec, TradeRecord

NOTHING = Decimal(0)
LEAST_EXPIRY = timedelta(minutes=10)
LARGEST_VOLUME = 1_000_000  # 10,000 lots
_LIMITS = (Cmd.BUY_LIMIT, Cmd.SELL_LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a manager or a terminal asks for: the fields of TradeTransInfo that matter."""

    cmd: int = 0
    ticket: int = 0
    login: int = 0
    symbol: str = ""
    volume: int = 0
    price: Decimal = NOTHING
    sl: Decimal = NOTHING
    tp: Decimal = NOTHING
    comment: str = ""
    expiration: datetime | None = None
    magic: int = 0


def open_trade(desk: Desk, change: Change, order: Order) -> TradeRecord:
    """Open a position at the order's price, or place a pending order."""
    account = _trading_account(change, order.login)
    spec = desk.book.symbol(order.symbol)
    if not Cmd.BUY <= order.cmd <= Cmd.SELL_STOP:
        raise No(Code.INVALID_DATA, f"cmd {order.cmd} opens nothing")
    rules = desk.book.rules.group(account.group)
    rules.require_room(Cmd(order.cmd), spec.name, desk.book.open_of(account.login))
    trade = _new_trade(desk, change, order, spec)
    check_stops(desk, trade)
    if trade.cmd.is_pending:
        _check_expiry(change, order.expiration)
        return change.put_trade("trade_open", trade)
    trade = filled(desk, account, trade)
    if not desk.can_afford(trade):
        raise No(Code.NO_MONEY)
    return change.put_trade("trade_open", trade)


def filled(desk: Desk, account: AccountRecord, trade: TradeRecord) -> TradeRecord:
    """Return a position with what is fixed at its opening: margin rate, commission and its tax."""
    rate = desk.margin_rate(account, trade)
    commission = desk.commission(account, trade)
    percent = desk.book.rules.group(account.group).commission_tax_percent
    taxes = normalise(commission * percent / 100, account.currency)
    return desk.priced(replace(trade, margin_rate=rate, commission=commission, taxes=taxes))


def close_trade(
    desk: Desk, change: Change, order: Order, *, suffix: str = ""
) -> tuple[TradeRecord, int]:
    """Close a position, or a part of it, at the order's price.

    Returns the closed record and the ticket of the remainder (0 when nothing remains).
    """
    trade = open_ticket(desk, order)
    if not trade.cmd.is_market or order.price <= 0:
        raise No(Code.INVALID_DATA, "closing needs a position and a price")
    check_price(order.price, desk.book.symbols[trade.symbol])
    volume = order.volume or trade.volume_hundredths
    if not 0 < volume <= trade.volume_hundredths:
        raise No(Code.BAD_VOLUME, f"{volume} of {trade.volume_hundredths}")
    if volume < trade.volume_hundredths:
        check_volume(desk, change.account(trade.login), trade.symbol, volume)
    remainder = 0
    comment = desk.identity.suffixed(trade.comment, suffix) if suffix else trade.comment
    if volume < trade.volume_hundredths:
        trade, rest = _parted(desk, change, trade, volume)
        remainder, comment = rest.ticket, f"to #{rest.ticket}"
    profit = desk.closing_profit(trade, order.price)
    closed = closed_record(change, trade, price=order.price, profit=profit, comment=comment)
    closed = change.put_trade("trade_close", closed)
    booked_result(change, closed)
    pay_agent(desk, change, closed)
    return closed, remainder


def _parted(
    desk: Desk, change: Change, trade: TradeRecord, volume: int
) -> tuple[TradeRecord, TradeRecord]:
    """Return what closes and what goes on: the rest as it was, or anew at the market's price."""
    account = change.account(trade.login)
    if not desk.book.rules.group(account.group).close_reopens:
        return split(desk, change, trade, volume)
    anew = replace(
        trade,
        ticket=change.new_ticket(),
        volume_hundredths=trade.volume_hundredths - volume,
        opened_at=change.now,
        opened_server_time=change.server_time,
        open_price=opening_price(trade.cmd.side, desk.quote(trade.symbol)),
        swap=NOTHING,
        comment=f"from #{trade.ticket}",
    )
    return trade, change.put_trade("trade_open", filled(desk, account, anew))


def modify_trade(desk: Desk, change: Change, order: Order) -> TradeRecord:
    """Change the stops of a position, or price, stops and expiry of a pending order."""
    trade = open_ticket(desk, order)
    spec = desk.book.symbols[trade.symbol]
    trade = replace(trade, stop_loss=order.sl, take_profit=order.tp)
    if trade.cmd.is_pending:
        _check_expiry(change, order.expiration)
        price = order.price or trade.open_price
        check_price(price, spec)
        trade = replace(trade, open_price=price, expires_at=order.expiration)
    check_stops(desk, trade)
    return change.put_trade("trade_update", trade)


def cancel_trade(
    desk: Desk, change: Change, order: Order, *, comment: str = "cancelled"
) -> TradeRecord:
    """Cancel a pending order; the server's word takes the place of its comment."""
    trade = open_ticket(desk, order)
    if not trade.cmd.is_pending:
        raise No(Code.INVALID_DATA, f"#{trade.ticket} is a position: it can only be closed")
    price = desk.priced(trade).close_price
    cancelled = closed_record(change, trade, price=price, profit=NOTHING, comment=comment)
    return change.put_trade("trade_delete", cancelled)


def rewrite_comment(desk: Desk, change: Change, order: Order) -> TradeRecord:
    """Write another comment on any record, booked ones too."""
    trade = desk.book.open.get(order.ticket) or desk.book.journal.trade(order.ticket)
    if trade is None:
        raise No(Code.INVALID_DATA, f"there is no ticket {order.ticket}")
    comment = desk.identity.text(order.comment)
    return change.put_trade("trade_update", replace(trade, comment=comment))


def check_volume(desk: Desk, account: AccountRecord, symbol: str, volume: int) -> None:
    """Refuse with 131 a volume out of bounds or not on the step, by the group's settings."""
    spec = desk.book.symbol(symbol)
    allowed = desk.book.group_of(account).security(spec.security)
    if not allowed.trade_enabled:
        raise No(Code.TRADE_DISABLE, f"{symbol} in {account.group}")
    within = allowed.lot_min <= volume <= min(allowed.lot_max, LARGEST_VOLUME)
    if volume <= 0 or not within or volume % allowed.lot_step:
        bounds = f"{allowed.lot_min} to {allowed.lot_max} by {allowed.lot_step}"
        raise No(Code.BAD_VOLUME, f"{volume}, allowed are {bounds}")


def check_price(price: Decimal, spec: SymbolSpec) -> None:
    """Refuse with 129 a price that is not positive or has more digits than the symbol."""
    if price <= 0 or price % point(spec):
        raise No(Code.BAD_PRICES, f"{price} is no price of {spec.name}")


def check_stops(desk: Desk, trade: TradeRecord) -> None:
    """Refuse with 130 stops on the wrong side or too near, and pending prices likewise."""
    spec = desk.book.symbols[trade.symbol]
    quote = desk.quote(trade.symbol)
    room = spec.stops_level * point(spec)
    price = closing_price(trade.cmd.side, quote)
    if trade.cmd.is_pending:
        _check_pending_price(trade, quote, room)
        price = trade.open_price
    sign = 1 if trade.cmd.side is Side.BUY else -1
    for stop, below in ((trade.stop_loss, True), (trade.take_profit, False)):
        if not stop:
            continue
        check_stop_digits(stop, spec)
        distance = (price - stop if below else stop - price) * sign
        if distance <= 0 or distance < room:
            raise No(Code.BAD_STOPS, f"{stop} against {price}")


def check_stop_digits(stop: Decimal, spec: SymbolSpec) -> None:
    """Refuse with 130 a stop that is no price of the symbol."""
    if stop < 0 or stop % point(spec):
        raise No(Code.BAD_STOPS, f"{stop} is no price of {spec.name}")


def _check_pending_price(trade: TradeRecord, quote: Quote, room: Decimal) -> None:
    market = opening_price(trade.cmd.side, quote)
    # A buy limit and a sell stop wait below the market, a sell limit and a buy stop above it.
    below = (trade.cmd in _LIMITS) == (trade.cmd.side is Side.BUY)
    distance = market - trade.open_price if below else trade.open_price - market
    if distance <= 0 or distance < room:
        raise No(Code.BAD_STOPS, f"{trade.cmd.name} at {trade.open_price}, market {market}")


def _check_expiry(change: Change, expiration: datetime | None) -> None:
    if expiration is not None and expiration < change.now + LEAST_EXPIRY:
        raise No(Code.EXPIRATION_DENIED, "a pending order lives ten minutes at least")


def _trading_account(change: Change, login: int) -> AccountRecord:
    account = change.account(login)
    if not account.enabled:
        raise No(Code.ACCOUNT_DISABLED, str(login))
    if account.read_only:
        raise No(Code.TRADE_DISABLE, f"{login} is read-only")
    return account


def open_ticket(desk: Desk, order: Order) -> TradeRecord:
    """Return the open ticket of an order; `No` 3 when it is not there or another login's."""
    trade = desk.book.open.get(order.ticket)
    if trade is None or (order.login and trade.login != order.login):
        raise No(Code.INVALID_DATA, f"there is no open ticket {order.ticket}")
    return trade


def _new_trade(desk: Desk, change: Change, order: Order, spec: SymbolSpec) -> TradeRecord:
    if not spec.trade_enabled:
        raise No(Code.TRADE_DISABLE, spec.name)
    if desk.book.rules.symbol(spec.name).long_only and Cmd(order.cmd).side is Side.SELL:
        raise No(Code.LONG_ONLY, spec.name)
    check_volume(desk, change.account(order.login), spec.name, order.volume)
    if order.price <= 0:
        raise No(Code.INVALID_DATA, "opening needs a price")
    check_price(order.price, spec)
    cmd = Cmd(order.cmd)
    trade = TradeRecord(
        ticket=change.new_ticket(),
        login=order.login,
        cmd=cmd,
        symbol=spec.name,
        digits=spec.digits,
        volume_hundredths=order.volume,
        opened_at=change.now,
        opened_server_time=change.server_time,
        open_price=order.price,
        stop_loss=order.sl,
        take_profit=order.tp,
        closed_at=None,
        closed_server_time=None,
        close_price=order.price,
        expires_at=order.expiration if cmd.is_pending else None,
        commission=NOTHING,
        swap=NOTHING,
        taxes=NOTHING,
        profit=NOTHING,
        margin_rate=NOTHING,
        magic=order.magic,
        comment=desk.identity.text(order.comment),
        changed_stamp=change.stamp,
    )
    return desk.priced(trade) if cmd.is_pending else trade


def split(
    desk: Desk, change: Change, trade: TradeRecord, volume: int, *, comment: str = ""
) -> tuple[TradeRecord, TradeRecord]:
    """Return the part to close and the remainder, already written under a new ticket.

    Without a comment the remainder names the ticket that it comes from.
    """
    currency = change.account(trade.login).currency
    whole = trade.volume_hundredths

    def part(amount: Decimal) -> Decimal:
        """Return what falls on the part, by volume."""
        return normalise(amount * volume / whole, currency)

    closing = replace(
        trade,
        volume_hundredths=volume,
        swap=part(trade.swap),
        commission=part(trade.commission),
        taxes=part(trade.taxes),
    )
    rest = replace(
        trade,
        ticket=change.new_ticket(),
        volume_hundredths=trade.volume_hundredths - volume,
        swap=trade.swap - closing.swap,
        commission=trade.commission - closing.commission,
        taxes=trade.taxes - closing.taxes,
        comment=comment or f"from #{trade.ticket}",
    )
    return closing, change.put_trade("trade_open", desk.priced(rest))


def closed_record(
    change: Change, trade: TradeRecord, *, price: Decimal, profit: Decimal, comment: str
) -> TradeRecord:
    """Return a ticket as it is closed now."""
    return replace(
        trade,
        closed_at=change.now,
        closed_server_time=change.server_time,
        close_price=price,
        profit=profit,
        comment=comment,
    )


def booked_result(change: Change, *closed: TradeRecord) -> None:
    """Book what closed trades of one account earned on its balance."""
    account = change.account(closed[0].login)
    parts = (one.profit + one.swap + one.commission + one.taxes for one in closed)
    change.put_account(replace(account, balance=account.balance + sum(parts)))
