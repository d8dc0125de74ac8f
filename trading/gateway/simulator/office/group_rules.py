"""Settings of a group or symbol that only the server needs: hedging, numbers, stop-out, archive.

They stand beside GroupSpec and SymbolSpec, which hold what the sums need. Nothing set means
MetaTrader's usual behaviour. Source: docs/metatrader.md, Group rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from trading.gateway.simulator.journal import Journal
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.simulator.records import body, read_body
from trading.terms import Cmd, CommissionType, GroupSpec, LevelType, MarginState, TradeRecord

_GROUP, _SYMBOL = "group_rules", "symbol_rules"


class Lifetime(IntEnum):
    """How long a symbol's pending orders live (MetaTrader's gtc_pendings)."""

    DAILY = 0  # they and all stops go at the end of the day
    GTC = 1  # good till cancelled
    DAILY_NO_STOPS = 2  # they go, stops of positions stay


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRules:
    """How a group is watched and limited; 0 days is never.

    `margin_in_money`: the levels are equity in deposit currency, not per cent of the margin.
    `close_reopens`: a partial close closes the whole and opens the rest at the market's price.
    `agent_commission` goes to the client's agent, per lot, in pips or in per cent as its type says.
    """

    name: str
    margin_in_money: bool = False
    stop_out_skips_hedged: bool = False
    hedge_prohibited: bool = False
    most_positions: int = 0
    archive_days: int = 0
    archive_max_balance: Decimal = Decimal(0)
    close_reopens: bool = False
    commission_tax_percent: Decimal = Decimal(0)
    agent_type: CommissionType = CommissionType.MONEY
    agent_commission: Decimal = Decimal(0)

    def require_room(self, cmd: Cmd, symbol: str, standing: Iterable[TradeRecord]) -> None:
        """Refuse with 148 one order too many, with 149 one against a position of the symbol."""
        known = list(standing)
        if self.most_positions and len(known) >= self.most_positions:
            raise No(Code.TOO_MANY_ORDERS, str(len(known)))
        others = [one for one in known if one.symbol == symbol and one.cmd.is_market]
        if self.hedge_prohibited and any(one.cmd.side is not cmd.side for one in others):
            raise No(Code.HEDGE_PROHIBITED, symbol)

    def level(self, state: MarginState, group: GroupSpec) -> LevelType:
        """Return how near an account is to being closed, by this group's kind of level."""
        if not self.margin_in_money or not state.margin:
            return state.level_type
        if state.equity < group.stop_out_percent:
            return LevelType.STOP_OUT
        called = state.equity <= group.margin_call_percent
        return LevelType.MARGIN_CALL if called else LevelType.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRules:
    """What a symbol forbids: selling, a hedge that leaves no free margin, orders over night."""

    name: str
    long_only: bool = False
    margin_hedged_strong: bool = False
    pendings: Lifetime = Lifetime.GTC


class Rules:
    """The rules of every group and symbol, in memory and on the disk."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        groups = (read_body(GroupRules, text) for text in journal.specs(_GROUP))
        symbols = (read_body(SymbolRules, text) for text in journal.specs(_SYMBOL))
        self._groups = {one.name: one for one in groups}
        self._symbols = {one.name: one for one in symbols}

    def group(self, name: str) -> GroupRules:
        """Return the rules of a group."""
        return self._groups.get(name) or GroupRules(name=name)

    def symbol(self, name: str) -> SymbolRules:
        """Return the rules of a symbol."""
        return self._symbols.get(name) or SymbolRules(name=name)

    def put_group(self, rules: GroupRules) -> None:
        """Set a group's rules."""
        self._journal.put_spec(_GROUP, rules.name, body(rules))
        self._groups[rules.name] = rules

    def put_symbol(self, rules: SymbolRules) -> None:
        """Set a symbol's rules."""
        self._journal.put_spec(_SYMBOL, rules.name, body(rules))
        self._symbols[rules.name] = rules
