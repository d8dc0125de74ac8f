"""From MetaTrader's records to the rows of our tables: one function per table, no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from trading.models.deal import FIRST_CLOSING
from trading.models.ticket import ticket_key
from trading.terms import AccountRecord, GroupSpec, SymbolSpec, TradeRecord

PARENT = re.compile(r"from #(\d+)")
CHILD = re.compile(r"to #(\d+)")


@dataclass(frozen=True, slots=True)
class Owner:
    """The account that a ticket belongs to: our key, and the currency of its money."""

    account_id: int
    currency: str


Owners = Mapping[int, Owner]


def is_closed(record: TradeRecord) -> bool:
    """Return whether a ticket is closed: the house's one guard.

    MetaTrader writes an open ticket's closing time as the first second of 1970. Where such a moment
    comes through instead of None, the ticket is open all the same.
    """
    return record.closed_at is not None and record.closed_at >= FIRST_CLOSING


def parent_of(record: TradeRecord) -> int | None:
    """Return the ticket that this is the rest of, by the comment of a partial close."""
    found = PARENT.search(record.comment)
    return int(found[1]) if found else None


def child_of(record: TradeRecord) -> int | None:
    """Return the ticket under which the rest of this one goes on."""
    found = CHILD.search(record.comment)
    return int(found[1]) if found else None


def symbol_row(server_id: int, spec: SymbolSpec, now: datetime) -> tuple[Any, ...]:
    """Return a row of `targets.SYMBOLS`."""
    return (
        server_id,
        spec.name,
        spec.description,
        spec.security,
        spec.base_currency,
        spec.profit_currency,
        spec.margin_currency,
        spec.digits,
        spec.contract_size,
        int(spec.profit_mode),
        int(spec.margin_mode),
        spec.margin_initial,
        spec.margin_hedged,
        spec.margin_percentage,
        spec.tick_size,
        spec.tick_price,
        int(spec.swap_type),
        spec.swap_long,
        spec.swap_short,
        spec.swap_triple_weekday,
        spec.stops_level,
        spec.trade_enabled,
        now,
    )


def group_row(server_id: int, spec: GroupSpec, now: datetime) -> tuple[Any, ...]:
    """Return a row of `targets.GROUPS`."""
    return (
        server_id,
        spec.name,
        spec.company,
        spec.currency,
        spec.cent_factor,
        spec.default_leverage,
        spec.margin_call_percent,
        spec.stop_out_percent,
        int(spec.free_margin_mode),
        spec.hedge_larger_leg,
        spec.virtual_credit,
        int(spec.commission_type),
        spec.commission,
        Jsonb(list(spec.commission_symbols)),
        now,
    )


def account_row(
    server_id: int, group_id: int, record: AccountRecord, now: datetime
) -> tuple[Any, ...]:
    """Return a row of `targets.ACCOUNTS`; whoever is read from the server is there."""
    return (
        server_id,
        record.login,
        group_id,
        record.name,
        record.currency,
        record.leverage,
        record.balance,
        record.credit,
        record.previous_balance,
        record.enabled,
        record.read_only,
        record.email,
        record.phone,
        record.country,
        record.city,
        record.comment,
        record.agent_login,
        record.registered_at,
        record.registered_server_time,
        record.changed_stamp,
        False,
        now,
    )


def ticket_row(
    server_id: int,
    owner: Owner,
    record: TradeRecord,
    now: datetime,
    parent: int | None = None,
) -> tuple[Any, ...]:
    """Return a row of `targets.POSITIONS`; `parent` counts where the comment names none."""
    return (
        ticket_key(server_id, record.ticket),
        server_id,
        owner.account_id,
        record.ticket,
        int(record.cmd),
        record.symbol,
        record.digits,
        record.volume_hundredths,
        record.opened_at,
        record.opened_server_time,
        record.open_price,
        record.stop_loss,
        record.take_profit,
        record.close_price,
        record.expires_at,
        owner.currency,
        record.commission,
        record.swap,
        record.taxes,
        record.profit,
        record.margin_rate,
        record.magic,
        record.comment,
        parent_of(record) or parent,
        record.changed_stamp,
        now,
    )


def deal_row(
    server_id: int,
    owner: Owner,
    record: TradeRecord,
    now: datetime,
    parent: int | None = None,
) -> tuple[Any, ...]:
    """Return a row of `targets.DEALS`; `parent` counts where the comment names none."""
    closing = (record.closed_at, record.closed_server_time)
    return (*ticket_row(server_id, owner, record, now, parent), *closing)


def balance_row(
    server_id: int, owner: Owner, record: TradeRecord, now: datetime
) -> tuple[Any, ...]:
    """Return a row of `targets.BALANCE_RECORDS`."""
    return (
        ticket_key(server_id, record.ticket),
        server_id,
        owner.account_id,
        record.ticket,
        int(record.cmd),
        owner.currency,
        record.profit,
        record.opened_at,
        record.opened_server_time,
        record.expires_at,
        record.comment,
        record.changed_stamp,
        now,
    )
