"""One account with money in a held market, and shorter words for what is done on it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.factories.engines import Bench
from trading.terms import BalanceKind, Cmd, Done, Passage

Passages = Callable[[], Passage]
STEP = Decimal("0.01000")


class Dealer:
    """One account with money, and shorter words for what is done on it; the market is held."""

    def __init__(self, bench: Bench, passage: Passages, login: int) -> None:
        self.gateway = bench.gateway
        self.passage = passage
        self.login = login
        self.bid, self.ask = next(
            (one.bid, one.ask) for one in bench.gateway.quotes() if one.symbol == "EURUSD"
        )
        bench.gateway.change_balance(
            passage=passage(), login=login, kind=BalanceKind.BALANCE, amount=Decimal("5000.00"),
            comment="",
        )  # fmt: skip

    def open(self, cmd: Cmd = Cmd.BUY, volume: int = 20, **changed: Any) -> Done:
        fields: dict[str, Any] = {
            "login": self.login, "cmd": cmd, "symbol": "EURUSD", "volume_hundredths": volume,
            "price": self.bid if cmd is Cmd.SELL else self.ask,
        }  # fmt: skip
        done: Done = self.gateway.open_trade(passage=self.passage(), **(fields | changed))
        return done

    def pending(self, **changed: Any) -> Done:
        return self.open(Cmd.BUY_LIMIT, **({"price": self.bid - STEP} | changed))

    def tell(self, verb: str, **fields: Any) -> Done:
        done: Done = getattr(self.gateway, verb)(passage=self.passage(), login=self.login, **fields)
        return done

    def open_now(self) -> dict[int, int]:
        """Return the open tickets with their volumes."""
        trades = self.gateway.open_trades_of(login=self.login)
        return {one.ticket: one.volume_hundredths for one in trades}

    def balance(self) -> Decimal:
        balance: Decimal = self.gateway.account(login=self.login).balance
        return balance
