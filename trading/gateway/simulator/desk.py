"""The desk: book, market and hours together, and the sums that need all three."""

from dataclasses import dataclass, replace
from decimal import Decimal

from trading.calc.commission import at_open
from trading.calc.convert import NoQuote, margin_rate, profit_rate
from trading.calc.equity import NeedsQuotes, Reckoning, account_state, closing_price, may_open
from trading.calc.equity import reckon as reckon_account
from trading.calc.profit import profit
from trading.calc.rounding import rounded
from trading.gateway.simulator.book import Book
from trading.gateway.simulator.hours import Hours
from trading.gateway.simulator.market import Market
from trading.gateway.simulator.protocol import Code, No
from trading.terms import AccountRecord, MarginState, Quote, Side, TradeRecord

COMMENT_BYTES = 31
RATE_DIGITS = 8  # of a margin rate kept with a trade


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the server says of itself; `code_page` is the one its texts are kept in."""

    name: str
    company: str
    build: int
    code_page: str

    def text(self, text: str, length: int = COMMENT_BYTES) -> str:
        """Return a text as the server keeps it: in its code page, cut by bytes."""
        return text.encode(self.code_page, "replace")[:length].decode(self.code_page, "ignore")

    def suffixed(self, comment: str, suffix: str) -> str:
        """Return a comment with what the server appends; the suffix wins, the comment is cut."""
        suffix = self.text(suffix)
        return self.text(comment, COMMENT_BYTES - len(suffix.encode(self.code_page))) + suffix


@dataclass(frozen=True, slots=True)
class Desk:
    """Where orders, balance operations and the end of day find what they need."""

    identity: Identity
    book: Book
    market: Market
    hours: Hours

    def check_open(self) -> None:
        """Refuse with 132 while the end of day is being processed."""
        if self.hours.is_closed(self.hours.now()):
            raise No(Code.MARKET_CLOSED, "end of day")

    def quote(self, symbol: str) -> Quote:
        """Return the quote of a symbol; `No` 136 when it has none."""
        quote = self.market.quotes.get(symbol)
        if quote is None:
            raise No(Code.OFFQUOTES, symbol)
        return quote

    def priced(self, trade: TradeRecord) -> TradeRecord:
        """Return an open ticket at the market; as it was written where a quote is missing."""
        quote = self.market.quotes.get(trade.symbol)
        if quote is None:
            return trade
        if trade.cmd.is_pending:
            return replace(trade, close_price=opening_price(trade.cmd.side, quote))
        price = closing_price(trade.cmd.side, quote)
        try:
            return replace(trade, close_price=price, profit=self.profit(trade, price))
        except NoQuote:
            return trade

    def profit(self, trade: TradeRecord, price: Decimal) -> Decimal:
        """Return what a ticket's whole volume earns when it closes at a price. Raises NoQuote."""
        spec = self.book.symbols[trade.symbol]
        currency = self.book.account(trade.login).currency
        quotes, specs = self.market.quotes, self.book.symbols
        side = trade.cmd.side
        rate = profit_rate(spec, currency, side, price, quotes, specs=specs)
        volume = trade.volume_hundredths
        return profit(side, volume, trade.open_price, price, spec, currency, rate)

    def closing_profit(self, trade: TradeRecord, price: Decimal) -> Decimal:
        """Return the profit at closing; `No` 136 when a conversion quote is missing."""
        try:
            return self.profit(trade, price)
        except NoQuote as missing:
            raise No(Code.OFFQUOTES, str(missing)) from missing

    def margin_rate(self, account: AccountRecord, trade: TradeRecord) -> Decimal:
        """Return margin currency → deposit currency at opening; `No` 136 without a quote."""
        spec, quotes = self.book.symbols[trade.symbol], self.market.quotes
        try:
            rate = margin_rate(
                spec, account.currency, trade.open_price, quotes, specs=self.book.symbols
            )
        except NoQuote as missing:
            raise No(Code.OFFQUOTES, str(missing)) from missing
        return rounded(rate, RATE_DIGITS)

    def commission(self, account: AccountRecord, trade: TradeRecord) -> Decimal:
        """Return what opening costs (negative); `No` 136 without a conversion quote."""
        specs, quotes = self.book.symbols, self.market.quotes
        group, spec, side = self.book.group_of(account), specs[trade.symbol], trade.cmd.side
        volume, price = trade.volume_hundredths, trade.open_price
        try:
            return at_open(group, spec, side, volume, price, quotes, specs=specs)
        except NoQuote as missing:
            raise No(Code.OFFQUOTES, str(missing)) from missing

    def reckon(self, login: int) -> Reckoning:
        """Return what can be said of an account at current prices."""
        account, book = self.book.account(login), self.book
        trades, group = book.open_of(login), book.group_of(account)
        return reckon_account(account, trades, book.symbols, group, self.market.quotes)

    def margin_state(self, login: int, *more: TradeRecord) -> MarginState:
        """Return the figures of an account, with `more` positions as if open; `No` 65 or 136."""
        account, book = self.book.account(login), self.book
        trades, group = [*book.open_of(login), *more], book.group_of(account)
        try:
            state = account_state(account, trades, book.symbols, group, self.market.quotes)
        except NeedsQuotes as missing:
            raise No(Code.OFFQUOTES, str(missing)) from missing
        return replace(state, level_type=book.rules.group(group.name).level(state, group))

    def can_afford(self, trade: TradeRecord) -> bool:
        """Return whether the account has the free margin to open this position."""
        before, after = self.margin_state(trade.login), self.margin_state(trade.login, trade)
        group = self.book.group_of(self.book.account(trade.login))
        if self.book.rules.symbol(trade.symbol).margin_hedged_strong:
            return after.free_margin + group.virtual_credit >= 0
        return may_open(before, after, group)


def opening_price(side: Side, quote: Quote) -> Decimal:
    """Return the price at which a trade opens: the ask for a buy, the bid for a sell."""
    return quote.ask if side is Side.BUY else quote.bid
