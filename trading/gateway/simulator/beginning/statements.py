"""A server out of real account statements: every printed ticket, and the facts beside them.

Tickets, times, prices, swaps, commissions and comments stay as printed. The market stands at the
prices that the statements print for open trades and working orders; the facts give the rest.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from trading.calc.convert import NoQuote, margin_rate
from trading.calc.facts import AccountFacts, BadFacts, Facts
from trading.calc.facts import read as read_facts
from trading.calc.rounding import rounded
from trading.calc.statement import BadStatement, Section, Statement, StatementRow, read_book
from trading.gateway.simulator.beginning.state import Beginning, CannotBegin
from trading.gateway.simulator.book import HIGHEST
from trading.gateway.simulator.desk import RATE_DIGITS
from trading.gateway.simulator.hours import Hours
from trading.terms import AccountRecord, Cmd, Quote, Side, TradeRecord

NOTHING = Decimal(0)
Sides = dict[str, Decimal]


def read_server(files: list[Path], facts_file: Path | None) -> tuple[Facts, tuple[Statement, ...]]:
    """Return the facts and the statements of a book, each read whole. Raises CannotBegin."""
    if facts_file is None:
        raise CannotBegin(
            "--book needs --facts FILE.json: a statement prints no zone, leverage or contracts"
        )
    try:
        facts = read_facts(facts_file)
        statements = read_book(files)
        for statement in statements:
            facts.account_of(statement.file)
    except (BadFacts, BadStatement) as wrong:
        raise CannotBegin(str(wrong)) from wrong
    return facts, statements


def from_statements(
    facts: Facts, statements: tuple[Statement, ...], hours: Hours, now: datetime
) -> Beginning:
    """Return the server that the statements describe. Raises CannotBegin."""
    for statement in statements:
        _check_rows(statement, facts)
    accounts, trades = [], []
    for statement in statements:
        account = facts.account_of(statement.file)
        accounts.append(_account(account, statement, facts, hours, now))
        trades += [_trade(row, account, facts, hours) for row in statement.rows]
    return Beginning(
        symbols=tuple(facts.symbols.values()),
        groups=tuple(facts.groups.values()),
        quotes=tuple(_quotes(facts, statements, now)),
        accounts=tuple(sorted(accounts, key=lambda one: one.login)),
        trades=tuple(sorted(trades, key=lambda one: one.ticket)),
    )


def _check_rows(statement: Statement, facts: Facts) -> None:
    for row in statement.rows:
        if row.symbol and row.symbol not in facts.symbols:
            raise CannotBegin(
                f"{statement.file}: ticket {row.ticket} trades {row.symbol}, which the facts do not"
                " describe; add it to their symbols"
            )
        if row.ticket > HIGHEST:
            raise CannotBegin(
                f"{statement.file}: ticket {row.ticket} does not fit into 32 bits, so MetaTrader"
                " cannot have printed it; take the statement unedited"
            )


def _account(
    account: AccountFacts, statement: Statement, facts: Facts, hours: Hours, now: datetime
) -> AccountRecord:
    closed = [row for row in statement.rows if row.section is Section.CLOSED]
    credit = sum((row.profit for row in closed if row.cmd is Cmd.CREDIT), NOTHING)
    booked = sum((row.result for row in closed if row.cmd is not Cmd.CREDIT), NOTHING)
    registered = min((row.opened for row in statement.rows), default=hours.server_time(now))
    return AccountRecord(
        login=account.login,
        group=account.group,
        name=account.name,
        currency=facts.groups[account.group].currency,
        leverage=account.leverage,
        balance=account.opening_balance + booked,
        credit=credit,
        enabled=True,
        read_only=False,
        email=account.email,
        phone=account.phone,
        country=account.country,
        city=account.city,
        comment="",
        agent_login=0,
        registered_at=hours.utc(registered),
        registered_server_time=registered,
        previous_balance=account.opening_balance + booked,
        changed_stamp=hours.stamp(now),
    )


def _trade(row: StatementRow, account: AccountFacts, facts: Facts, hours: Hours) -> TradeRecord:
    return TradeRecord(
        ticket=row.ticket,
        login=account.login,
        cmd=row.cmd,
        symbol=row.symbol,
        digits=facts.symbols[row.symbol].digits if row.symbol else 0,
        volume_hundredths=row.volume_hundredths,
        opened_at=hours.utc(row.opened),
        opened_server_time=row.opened,
        open_price=row.open_price,
        stop_loss=row.stop_loss,
        take_profit=row.take_profit,
        closed_at=hours.utc(row.closed) if row.closed else None,
        closed_server_time=row.closed,
        close_price=row.price,
        expires_at=None,
        commission=row.commission,
        swap=row.swap,
        taxes=row.taxes,
        profit=row.profit,
        margin_rate=_margin_rate(row, account, facts),
        magic=row.magic,
        comment=row.comment,
        changed_stamp=hours.stamp(hours.utc(row.closed or row.opened)),
    )


def _margin_rate(row: StatementRow, account: AccountFacts, facts: Facts) -> Decimal:
    """Return the rate fixed at opening; 0 where it needs a quote that the facts do not hold."""
    if not row.cmd.is_market:
        return NOTHING
    past = facts.quotes_at(facts.utc(row.opened)) if row.section is Section.OPEN else {}
    spec, currency = facts.symbols[row.symbol], facts.groups[account.group].currency
    try:
        rate = margin_rate(spec, currency, row.open_price, past, specs=facts.symbols)
    except NoQuote:
        return NOTHING
    return rounded(rate, RATE_DIGITS)


def _quotes(facts: Facts, statements: Iterable[Statement], now: datetime) -> list[Quote]:
    """Return the market: printed prices first, the other side and other symbols from the facts."""
    printed = _printed(statements)
    quotes = []
    for name in facts.symbols:
        known, sides = facts.quotes.get(name), printed.get(name, {})
        if known is None and not sides:
            continue
        if known is not None:
            for side, price in (("bid", known.bid), ("ask", known.ask)):
                if sides.setdefault(side, price) != price:
                    raise CannotBegin(
                        f"The facts hold the {side} of {name} at {price}, a statement prints"
                        f" {sides[side]}; correct one of the two"
                    )
        bid = sides.get("bid") or sides["ask"]
        quotes.append(Quote(symbol=name, bid=bid, ask=sides.get("ask") or bid, at=now))
    return quotes


def _printed(statements: Iterable[Statement]) -> dict[str, Sides]:
    """Return the market prices that open trades and working orders print, by symbol and side."""
    printed: dict[str, Sides] = {}
    for statement in statements:
        for row in statement.rows:
            if row.section is Section.CLOSED:
                continue
            # A position shows the price at which it closes, an order the one at which it opens.
            at_bid = (row.cmd.side is Side.BUY) == row.cmd.is_market
            side = "bid" if at_bid else "ask"
            sides = printed.setdefault(row.symbol, {})
            if sides.setdefault(side, row.price) != row.price:
                raise CannotBegin(
                    f"{statement.file}: ticket {row.ticket} prints the {side} of {row.symbol} as"
                    f" {row.price}, another one as {sides[side]}; a held market has one price:"
                    " take the statements unedited and of one moment"
                )
    return printed
