"""How the Manager API's records lie in memory (builds 1090 and 1260, 32-bit library).

Names and order are facts of the API; MetaQuotes' header is not a part of this product. Records of
trades and requests are packed, the others aligned to eight bytes. Times are 32-bit seconds of the
server's wall clock, volumes hundredths of a lot, texts zero-terminated in the server's code page.
"""

import ctypes
from ctypes import c_char, c_double, c_int16, c_int32, c_uint8, c_uint32

_Time = c_int32


class UserRecord(ctypes.LittleEndianStructure):
    """An account; `enable_read_only` 1 means it may not trade."""

    _fields_ = (
        ("login", c_int32), ("group", c_char * 16), ("password", c_char * 16),
        ("enable", c_int32), ("enable_change_password", c_int32), ("enable_read_only", c_int32),
        ("enable_otp", c_int32), ("reserved_1", c_int32 * 2), ("password_investor", c_char * 16),
        ("password_phone", c_char * 32), ("name", c_char * 128), ("country", c_char * 32),
        ("city", c_char * 32), ("state", c_char * 32), ("zipcode", c_char * 16),
        ("address", c_char * 96), ("lead_source", c_char * 32), ("phone", c_char * 32),
        ("email", c_char * 48), ("comment", c_char * 64), ("id", c_char * 32),
        ("status", c_char * 16), ("regdate", _Time), ("lastdate", _Time), ("leverage", c_int32),
        ("agent_account", c_int32), ("timestamp", _Time), ("last_ip", c_int32),
        ("balance", c_double), ("prevmonthbalance", c_double), ("prevbalance", c_double),
        ("credit", c_double), ("interestrate", c_double), ("taxes", c_double),
        ("prevmonthequity", c_double), ("prevequity", c_double), ("reserved_2", c_double * 2),
        ("otp_secret", c_char * 32), ("reserved_3", c_char * 240), ("send_reports", c_int32),
        ("mqid", c_uint32), ("user_color", c_uint32), ("reserved_4", c_char * 40),
        ("api_data", c_char * 16),
    )  # fmt: skip


class TradeRecord(ctypes.LittleEndianStructure):
    """A ticket; `close_time` 0 is open, `storage` the swap."""

    _pack_ = 1
    _fields_ = (
        ("order", c_int32), ("login", c_int32), ("symbol", c_char * 12), ("digits", c_int32),
        ("cmd", c_int32), ("volume", c_int32), ("open_time", _Time), ("state", c_int32),
        ("open_price", c_double), ("sl", c_double), ("tp", c_double), ("close_time", _Time),
        ("gw_volume", c_int32), ("expiration", _Time), ("reason", c_char), ("reserved", c_char * 3),
        ("conv_rates", c_double * 2), ("commission", c_double), ("commission_agent", c_double),
        ("storage", c_double), ("close_price", c_double), ("profit", c_double),
        ("taxes", c_double), ("magic", c_int32), ("comment", c_char * 32), ("gw_order", c_int32),
        ("activation", c_int32), ("gw_open_price", c_int16), ("gw_close_price", c_int16),
        ("margin_rate", c_double), ("timestamp", _Time), ("api_data", c_int32 * 4),
        ("internal", c_uint32),
    )  # fmt: skip


class TradeTransInfo(ctypes.LittleEndianStructure):
    """What is told of a trade or of money; after a yes `order` is the new ticket."""

    _pack_ = 1
    _fields_ = (
        ("type", c_uint8), ("flags", c_char), ("cmd", c_int16), ("order", c_int32),
        ("orderby", c_int32), ("symbol", c_char * 12), ("volume", c_int32), ("price", c_double),
        ("sl", c_double), ("tp", c_double), ("ie_deviation", c_int32), ("comment", c_char * 32),
        ("expiration", _Time), ("crc", c_int32),
    )  # fmt: skip


class MarginLevel(ctypes.LittleEndianStructure):
    """The figures of an account; `balance` holds the credit too."""

    _fields_ = (
        ("login", c_int32), ("group", c_char * 16), ("leverage", c_int32), ("updated", c_int32),
        ("balance", c_double), ("equity", c_double), ("volume", c_int32), ("margin", c_double),
        ("margin_free", c_double), ("margin_level", c_double), ("margin_type", c_int32),
        ("level_type", c_int32),
    )  # fmt: skip


class DailyReport(ctypes.LittleEndianStructure):
    """An account at the end of a day; `profit` is the floating one."""

    _fields_ = (
        ("login", c_int32), ("ctm", _Time), ("group", c_char * 16), ("bank", c_char * 64),
        ("balance_prev", c_double), ("balance", c_double), ("deposit", c_double),
        ("credit", c_double), ("profit_closed", c_double), ("profit", c_double),
        ("equity", c_double), ("margin", c_double), ("margin_free", c_double),
        ("internal", c_int32), ("reserved", c_int32 * 3),
    )  # fmt: skip


class OnlineRecord(ctypes.LittleEndianStructure):
    """Who is online, and his address, packed."""

    _fields_ = (
        ("counter", c_int32), ("reserved", c_int32), ("login", c_int32), ("ip", c_uint32),
        ("group", c_char * 16),
    )  # fmt: skip


class ServerLog(ctypes.LittleEndianStructure):
    """A line of the server's journal."""

    _fields_ = (
        ("code", c_int32), ("time", c_char * 24), ("ip", c_char * 256), ("message", c_char * 512),
    )  # fmt: skip


class GroupCommandInfo(ctypes.LittleEndianStructure):
    """A switch for many logins (UsersGroupOp)."""

    _pack_ = 1
    _fields_ = (
        ("len", c_int32), ("command", c_uint8), ("newgroup", c_char * 16), ("leverage", c_int32),
        ("reserved", c_int32 * 8),
    )  # fmt: skip


class ReportGroupRequest(ctypes.LittleEndianStructure):
    """Which closed trades are asked for."""

    _pack_ = 1
    _fields_ = (("name", c_char * 32), ("start", _Time), ("end", _Time), ("total", c_int32))


class DailyGroupRequest(ctypes.LittleEndianStructure):
    """Which daily reports are asked for."""

    _fields_ = (
        ("name", c_char * 32), ("start", _Time), ("end", _Time), ("total", c_int32),
        ("reserved", c_int32),
    )  # fmt: skip


class SymbolInfo(ctypes.LittleEndianStructure):
    """The prices of a symbol now."""

    _fields_ = (
        ("symbol", c_char * 12), ("digits", c_int32), ("count", c_int32), ("visible", c_int32),
        ("type", c_int32), ("point", c_double), ("spread", c_int32), ("spread_balance", c_int32),
        ("direction", c_int32), ("updateflag", c_int32), ("lasttime", _Time), ("bid", c_double),
        ("ask", c_double), ("high", c_double), ("low", c_double), ("commission", c_double),
        ("comm_type", c_int32),
    )  # fmt: skip


class ConGroupSec(ctypes.LittleEndianStructure):
    """What a group may do with one security group; lots in hundredths."""

    _fields_ = (
        ("show", c_int32), ("trade", c_int32), ("execution", c_int32), ("comm_base", c_double),
        ("comm_type", c_int32), ("comm_lots", c_int32), ("comm_agent", c_double),
        ("comm_agent_type", c_int32), ("spread_diff", c_int32), ("lot_min", c_int32),
        ("lot_max", c_int32), ("lot_step", c_int32), ("ie_deviation", c_int32),
        ("confirmation", c_int32), ("trade_rights", c_int32), ("ie_quick_mode", c_int32),
        ("autocloseout_mode", c_int32), ("comm_tax", c_double), ("comm_agent_lots", c_int32),
        ("freemargin_mode", c_int32), ("reserved", c_int32 * 3),
    )  # fmt: skip


class ConGroupMargin(ctypes.LittleEndianStructure):
    """A group's own settings for one symbol."""

    _fields_ = (
        ("symbol", c_char * 12), ("swap_long", c_double), ("swap_short", c_double),
        ("margin_divider", c_double), ("reserved", c_int32 * 7),
    )  # fmt: skip


class ConGroup(ctypes.LittleEndianStructure):
    """A group with all of its settings."""

    _fields_ = (
        ("group", c_char * 16), ("enable", c_int32), ("timeout", c_int32), ("otp_mode", c_int32),
        ("company", c_char * 128), ("signature", c_char * 128), ("support_page", c_char * 128),
        ("smtp_server", c_char * 64), ("smtp_login", c_char * 32), ("smtp_password", c_char * 32),
        ("support_email", c_char * 64), ("templates", c_char * 32), ("copies", c_int32),
        ("reports", c_int32), ("default_leverage", c_int32), ("default_deposit", c_double),
        ("maxsecurities", c_int32), ("secgroups", ConGroupSec * 32),
        ("secmargins", ConGroupMargin * 128), ("secmargins_total", c_int32),
        ("currency", c_char * 12), ("credit", c_double), ("margin_call", c_int32),
        ("margin_mode", c_int32), ("margin_stopout", c_int32), ("interestrate", c_double),
        ("use_swap", c_int32), ("news", c_int32), ("rights", c_int32),
        ("check_ie_prices", c_int32), ("maxpositions", c_int32), ("close_reopen", c_int32),
        ("hedge_prohibited", c_int32), ("close_fifo", c_int32), ("hedge_largeleg", c_int32),
        ("reserved_1", c_int32 * 2), ("securities_hash", c_char * 16), ("margin_type", c_int32),
        ("archive_period", c_int32), ("archive_max_balance", c_int32),
        ("stopout_skip_hedged", c_int32), ("archive_pending_period", c_int32),
        ("news_languages", c_uint32 * 8), ("news_languages_total", c_uint32),
        ("reserved_2", c_int32 * 17),
    )  # fmt: skip


class ConSymbol(ctypes.LittleEndianStructure):
    """A contract; its sessions of the week are kept as they come."""

    _fields_ = (
        ("symbol", c_char * 12), ("description", c_char * 64), ("source", c_char * 12),
        ("currency", c_char * 12), ("type", c_int32), ("digits", c_int32), ("trade", c_int32),
        ("background_color", c_uint32), ("count", c_int32), ("count_original", c_int32),
        ("reserved_1", c_int32 * 7), ("realtime", c_int32), ("starting", _Time),
        ("expiration", _Time), ("sessions", c_char * 208 * 7), ("profit_mode", c_int32),
        ("reserved_2", c_int32), ("filter", c_int32), ("filter_counter", c_int32),
        ("filter_limit", c_double), ("filter_smoothing", c_int32), ("reserved_3", ctypes.c_float),
        ("logging", c_int32), ("spread", c_int32), ("spread_balance", c_int32),
        ("exemode", c_int32), ("swap_enable", c_int32), ("swap_type", c_int32),
        ("swap_long", c_double), ("swap_short", c_double), ("swap_rollover3days", c_int32),
        ("contract_size", c_double), ("tick_value", c_double), ("tick_size", c_double),
        ("stops_level", c_int32), ("gtc_pendings", c_int32), ("margin_mode", c_int32),
        ("margin_initial", c_double), ("margin_maintenance", c_double),
        ("margin_hedged", c_double), ("margin_divider", c_double), ("point", c_double),
        ("multiply", c_double), ("bid_tickvalue", c_double), ("ask_tickvalue", c_double),
        ("long_only", c_int32), ("instant_max_volume", c_int32), ("margin_currency", c_char * 12),
        ("freeze_level", c_int32), ("margin_hedged_strong", c_int32), ("value_date", _Time),
        ("quotes_delay", c_int32), ("swap_openprice", c_int32),
        ("swap_variation_margin", c_int32), ("reserved_4", c_int32 * 21),
    )  # fmt: skip
