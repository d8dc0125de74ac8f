"""What a state begins with, before anything of it is on the disk."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trading.gateway.simulator.beginning.folder import new_state
from trading.gateway.simulator.hours import Hours
from trading.terms import AccountRecord, GroupSpec, Quote, SymbolSpec, TradeRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A whole server: its contracts, prices, accounts and every ticket it ever gave."""

    symbols: tuple[SymbolSpec, ...]
    groups: tuple[GroupSpec, ...]
    quotes: tuple[Quote, ...]
    accounts: tuple[AccountRecord, ...]
    trades: tuple[TradeRecord, ...]


class CannotBegin(Exception):
    """A state that cannot be made; the message is one sentence: what, why, remedy."""


def write_beginning(
    folder: Path, beginning: Beginning, hours: Hours, settings: dict[str, str], now: datetime
) -> None:
    """Write a first state; afterwards all of it is in the folder, or nothing."""
    today = hours.last_ended_day(now).isoformat()
    with new_state(folder) as journal:
        journal.write_specs(
            symbols=beginning.symbols, groups=beginning.groups, quotes=beginning.quotes
        )
        journal.write(
            accounts=beginning.accounts,
            trades=beginning.trades,
            settings={**settings, "last_ended_day": today},
        )
