"""Which columns of which tables the mirror writes."""

from trading.mirror.copy import Target

SYMBOLS = Target(
    table="trading_symbol",
    columns=(
        "server_id", "name", "description", "security", "base_currency", "profit_currency",
        "margin_currency", "digits", "contract_size", "profit_mode", "margin_mode",
        "margin_initial", "margin_hedged", "margin_percentage", "tick_size", "tick_price",
        "swap_type", "swap_long", "swap_short", "swap_triple_weekday", "stops_level",
        "trade_enabled", "mirrored_at",
    ),
    key=("server_id", "name"),
)  # fmt: skip

GROUPS = Target(
    table="trading_group",
    columns=(
        "server_id", "name", "company", "currency", "cent_factor", "default_leverage",
        "margin_call_percent", "stop_out_percent", "free_margin_mode", "hedge_larger_leg",
        "virtual_credit", "commission_type", "commission", "commission_symbols", "mirrored_at",
    ),
    key=("server_id", "name"),
)  # fmt: skip

ACCOUNTS = Target(
    table="trading_tradingaccount",
    columns=(
        "server_id", "login", "group_id", "name", "currency", "leverage", "balance", "credit",
        "previous_balance", "enabled", "read_only", "email", "phone", "country", "city", "comment",
        "agent_login", "registered_at", "registered_server_time", "changed_stamp",
        "closed_on_server", "mirrored_at",
    ),
    key=("server_id", "login"),
)  # fmt: skip

TICKET_COLUMNS = (
    "id", "server_id", "account_id", "ticket", "cmd", "symbol", "digits", "volume_hundredths",
    "opened_at", "opened_server_time", "open_price", "stop_loss", "take_profit", "close_price",
    "expires_at", "currency", "commission", "swap", "taxes", "profit", "margin_rate", "magic",
    "comment", "parent_ticket", "changed_stamp", "mirrored_at",
)  # fmt: skip

#: With the market prices of the reading; they differ on every reading, so only a full pass uses it.
POSITIONS = Target(
    table="trading_position", columns=TICKET_COLUMNS, key=("id",), kept=("parent_ticket",)
)
#: The same, but a moving market alone is no change.
POSITIONS_AT_REST = Target(
    table="trading_position",
    columns=TICKET_COLUMNS,
    key=("id",),
    unwatched=("mirrored_at", "close_price", "profit", "changed_stamp"),
    kept=("parent_ticket",),
)
DEALS = Target(
    table="trading_deal",
    columns=(*TICKET_COLUMNS, "closed_at", "closed_server_time"),
    key=("id", "closed_at"),
    kept=("parent_ticket",),
)
BALANCE_RECORDS = Target(
    table="trading_balancerecord",
    columns=(
        "id", "server_id", "account_id", "ticket", "cmd", "currency", "amount", "recorded_at",
        "recorded_server_time", "expires_at", "comment", "changed_stamp", "mirrored_at",
    ),
    key=("id",),
)  # fmt: skip
