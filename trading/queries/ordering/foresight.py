"""What margin an account would need after a change of leverage or group, before anybody asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, cast

from trading.calc import equity, margin
from trading.models import Group, Position, Symbol, TradingAccount
from trading.terms import AccountRecord, Cmd, GroupSpec, LevelType, SymbolSpec, TradeRecord

POSITIONS = (Cmd.BUY, Cmd.SELL)
_OF_A_ROW = tuple(
    one.name
    for one in fields(TradeRecord)
    if one.name not in ("login", "cmd", "closed_at", "closed_server_time")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Margin figures in the account's currency at the last prices; `level` in percent."""

    margin: Decimal
    free_margin: Decimal
    level: Decimal
    level_type: LevelType

    @property
    def is_called(self) -> bool:
        """Return whether the account would be in margin call."""
        return self.level_type is LevelType.MARGIN_CALL

    @property
    def is_stopped_out(self) -> bool:
        """Return whether the server would begin to close its positions."""
        return self.level_type is LevelType.STOP_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Funds:
    login: int
    balance: Decimal
    credit: Decimal


class Foresight:
    """The open positions of one account; `is_known` is false where a price or rate is missing.

    The account comes with its figures (trading_accounts.get_account_for).
    """

    def __init__(self, account: TradingAccount) -> None:
        rows = Position.objects.filter(account=account, cmd__in=POSITIONS).order_by("id")
        self._account = account
        self._trades = [_record(account.login, row) for row in rows]
        self._specs = _specs(account.server_id, {one.symbol for one in self._trades})
        self.has_positions = bool(self._trades)
        self.is_known = account.figures.floating is not None and all(
            one.margin_rate and one.symbol in self._specs for one in self._trades
        )

    def now(self) -> Outlook | None:
        """Return how the account stands."""
        return self._outlook(self._account.group.spec(), self._account.leverage)

    def at_leverages(self, leverages: Iterable[int]) -> list[tuple[int, Outlook | None]]:
        """Return each leverage with how the account would stand at it."""
        group = self._account.group.spec()
        return [(one, self._outlook(group, one)) for one in leverages]

    def in_groups(self, names: Iterable[str]) -> list[tuple[str, Outlook | None]]:
        """Return each group with how the account would stand in it, at its own leverage."""
        wanted = list(names)
        if not self.has_positions:
            return [(name, None) for name in wanted]
        groups = Group.objects.filter(server_id=self._account.server_id, name__in=wanted)
        specs = {one.name: one.spec() for one in groups}
        return [(name, self._outlook(specs[name], self._account.leverage)) for name in wanted]

    def _outlook(self, group: GroupSpec, leverage: int) -> Outlook | None:
        account, floating = self._account, self._account.figures.floating
        if not self.has_positions or not self.is_known or floating is None:
            return None
        try:
            needed = margin.account_margin(self._trades, self._specs, group, leverage)
        except ValueError:  # a contract that cannot be reckoned
            return None
        funds = _Funds(login=account.login, balance=account.balance, credit=account.credit)
        state = equity.state(cast(AccountRecord, funds), floating, needed, group)
        return Outlook(
            margin=state.margin,
            free_margin=state.free_margin,
            level=state.level_percent,
            level_type=state.level_type,
        )


def _record(login: int, row: Position) -> TradeRecord:
    values: dict[str, Any] = {name: getattr(row, name) for name in _OF_A_ROW}
    return TradeRecord(
        login=login, cmd=Cmd(row.cmd), closed_at=None, closed_server_time=None, **values
    )


def _specs(server_id: int, names: set[str]) -> Mapping[str, SymbolSpec]:
    if not names:
        return {}
    rows = Symbol.objects.filter(server_id=server_id, name__in=names)
    return {one.name: one.spec() for one in rows}
