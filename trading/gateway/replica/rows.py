"""From the replica's rows to the words of the trade: one function per table, no database.

Doubles become amounts of their currency's digits and prices of at most eight decimals, as
MetaTrader normalises them itself.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from trading.calc.rounding import normalise, rounded
from trading.gateway.replica.hours import Hours, is_none
from trading.terms import (
    AccountRecord,
    Cmd,
    GroupSpec,
    LevelType,
    MarginState,
    Quote,
    SymbolSpec,
    TradeRecord,
)

PRICE_PLACES = 8
UNSIGNED = 0xFFFFFFFF  # a colour is 32 bits, and the replica's column has a sign
NOTHING = Decimal(0)
Row = Sequence[Any]


class Reader:
    """Reads rows of one replica; `currency` stands where the replica names none."""

    def __init__(self, hours: Hours, text: Callable[[str], str], currency: str) -> None:
        self._hours = hours
        self._text = text
        self._currency = currency

    def account(self, row: Row) -> AccountRecord:
        """Return an account from the columns of tables.USERS."""
        (
            login, group, enable, read_only, name, country, city, phone, email, comment, registered,
            leverage, agent, stamp, balance, previous, credit, state, zip_code, address, id_number,
            status, color, may_change, reports, lead_source, currency,
        ) = row  # fmt: skip
        currency = currency or self._currency
        text = self._text
        return AccountRecord(
            login=login,
            group=text(group),
            name=text(name),
            currency=currency,
            leverage=leverage,
            balance=normalise(balance, currency),
            credit=normalise(credit, currency),
            enabled=bool(enable),
            read_only=bool(read_only),
            email=text(email),
            phone=text(phone),
            country=text(country),
            city=text(city),
            comment=text(comment),
            agent_login=agent,
            registered_at=self._hours.utc(registered),
            registered_server_time=registered,
            previous_balance=normalise(previous, currency),
            changed_stamp=stamp,
            state=text(state),
            zip_code=text(zip_code),
            address=text(address),
            lead_source=text(lead_source),
            id_number=text(id_number),
            status=text(status),
            color=color & UNSIGNED,
            may_change_password=bool(may_change),
            sends_reports=bool(reports),
        )

    def trade(self, row: Row) -> TradeRecord:
        """Return a ticket from the columns of tables.TRADES and its account's currency."""
        (
            ticket, login, symbol, digits, cmd, volume, opened, open_price, stop, take, closed,
            expires, commission, swaps, close_price, profit, taxes, comment, rate, stamp, magic,
            currency,
        ) = row  # fmt: skip
        currency, utc = currency or self._currency, self._hours.utc
        return TradeRecord(
            ticket=ticket,
            login=login,
            cmd=Cmd(cmd),
            symbol=symbol,
            digits=digits,
            volume_hundredths=volume,
            opened_at=utc(opened),
            opened_server_time=opened,
            open_price=rounded(open_price, PRICE_PLACES),
            stop_loss=rounded(stop, PRICE_PLACES),
            take_profit=rounded(take, PRICE_PLACES),
            closed_at=None if is_none(closed) else utc(closed),
            closed_server_time=None if is_none(closed) else closed,
            close_price=rounded(close_price, PRICE_PLACES),
            expires_at=None if is_none(expires) else utc(expires),
            commission=normalise(commission, currency),
            swap=normalise(swaps, currency),
            taxes=normalise(taxes, currency),
            profit=normalise(profit, currency),
            margin_rate=rounded(rate, PRICE_PLACES),
            magic=magic,
            comment=self._text(comment),
            changed_stamp=stamp,
        )

    def quote(self, row: Row) -> Quote:
        """Return a quote from the columns of tables.PRICES."""
        symbol, at, bid, ask, _ = row
        return Quote(
            symbol=symbol,
            bid=rounded(bid, PRICE_PLACES),
            ask=rounded(ask, PRICE_PLACES),
            at=self._hours.utc(at),
        )

    def symbol(self, row: Row) -> SymbolSpec:
        """Return what the replica tells of a contract: its name and its digits."""
        name, _, _, _, digits = row
        return SymbolSpec(
            name=name,
            description="",
            security="",
            base_currency="",
            profit_currency="",
            margin_currency="",
            digits=digits,
            contract_size=NOTHING,
        )

    def group(self, row: Row) -> GroupSpec:
        """Return what the replica tells of a group: its name and its accounts' currency."""
        name, currency = row
        return GroupSpec(
            name=self._text(name),
            company="",
            currency=currency or self._currency,
            default_leverage=0,
            margin_call_percent=NOTHING,
            stop_out_percent=NOTHING,
        )

    def margin(self, row: Row) -> MarginState:
        """Return the figures of an account as MetaTrader reckoned them, from tables.FIGURES."""
        login, balance, credit, equity, margin, level, free, currency = row
        currency = currency or self._currency
        money = [normalise(one, currency) for one in (balance, credit, equity, margin, free)]
        return MarginState(
            login=login,
            balance=money[0],
            credit=money[1],
            floating=money[2] - money[0] - money[1],
            equity=money[2],
            margin=money[3],
            free_margin=money[4],
            level_percent=rounded(level, 2),
            level_type=LevelType.OK,
        )
