"""What MetaTrader's report server does: it writes a server's accounts and tickets into MySQL."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from trading.terms import AccountRecord, Cmd, MarginState, Quote, TradeRecord

NONE = datetime(1970, 1, 1)  # noqa: DTZ001 - the server's wall clock has no zone

SCHEMA = """
CREATE TABLE mt4_trades (
    TICKET int NOT NULL PRIMARY KEY, LOGIN int NOT NULL, SYMBOL char(16) NOT NULL,
    DIGITS int NOT NULL, CMD int NOT NULL, VOLUME int NOT NULL, OPEN_TIME datetime NOT NULL,
    OPEN_PRICE double NOT NULL, SL double NOT NULL, TP double NOT NULL,
    CLOSE_TIME datetime NOT NULL, EXPIRATION datetime NOT NULL, REASON int NOT NULL DEFAULT 0,
    CONV_RATE1 double NOT NULL, CONV_RATE2 double NOT NULL, COMMISSION double NOT NULL,
    COMMISSION_AGENT double NOT NULL, SWAPS double NOT NULL, CLOSE_PRICE double NOT NULL,
    PROFIT double NOT NULL, TAXES double NOT NULL, COMMENT char(32) NOT NULL,
    INTERNAL_ID int NOT NULL, MARGIN_RATE double NOT NULL, TIMESTAMP int NOT NULL,
    MAGIC int NOT NULL DEFAULT 0, GW_VOLUME int NOT NULL DEFAULT 0,
    GW_OPEN_PRICE int NOT NULL DEFAULT 0, GW_CLOSE_PRICE int NOT NULL DEFAULT 0,
    MODIFY_TIME datetime NOT NULL,
    KEY (LOGIN), KEY (CMD), KEY (OPEN_TIME), KEY (CLOSE_TIME), KEY (TIMESTAMP));
CREATE TABLE mt4_users (
    LOGIN int NOT NULL PRIMARY KEY, `GROUP` char(16) NOT NULL, ENABLE int NOT NULL,
    ENABLE_CHANGE_PASS int NOT NULL, ENABLE_READONLY int NOT NULL,
    ENABLE_OTP int NOT NULL DEFAULT 0, PASSWORD_PHONE char(32) NOT NULL, NAME char(128) NOT NULL,
    COUNTRY char(32) NOT NULL, CITY char(32) NOT NULL, STATE char(32) NOT NULL,
    ZIPCODE char(16) NOT NULL, ADDRESS char(128) NOT NULL,
    LEAD_SOURCE char(32) NOT NULL DEFAULT '', PHONE char(32) NOT NULL, EMAIL char(48) NOT NULL,
    COMMENT char(64) NOT NULL, ID char(32) NOT NULL, STATUS char(16) NOT NULL,
    REGDATE datetime NOT NULL, LASTDATE datetime NOT NULL, LEVERAGE int NOT NULL,
    AGENT_ACCOUNT int NOT NULL, TIMESTAMP int NOT NULL, BALANCE double NOT NULL,
    PREVMONTHBALANCE double NOT NULL, PREVBALANCE double NOT NULL, CREDIT double NOT NULL,
    INTERESTRATE double NOT NULL, TAXES double NOT NULL, SEND_REPORTS int NOT NULL,
    MQID int unsigned NOT NULL DEFAULT 0, USER_COLOR int NOT NULL,
    EQUITY double NOT NULL DEFAULT 0, MARGIN double NOT NULL DEFAULT 0,
    MARGIN_LEVEL double NOT NULL DEFAULT 0, MARGIN_FREE double NOT NULL DEFAULT 0,
    CURRENCY char(16) NOT NULL DEFAULT '', API_DATA blob, MODIFY_TIME datetime NOT NULL,
    KEY (TIMESTAMP));
CREATE TABLE mt4_prices (
    SYMBOL char(16) NOT NULL PRIMARY KEY, TIME datetime NOT NULL, BID double NOT NULL,
    ASK double NOT NULL, LOW double NOT NULL, HIGH double NOT NULL, DIRECTION int NOT NULL,
    DIGITS int NOT NULL, SPREAD int NOT NULL, MODIFY_TIME datetime NOT NULL);
CREATE TABLE mt4_daily (
    LOGIN int NOT NULL, TIME datetime NOT NULL, `GROUP` char(16) NOT NULL, BANK char(64) NOT NULL,
    BALANCE_PREV double NOT NULL, BALANCE double NOT NULL, DEPOSIT double NOT NULL,
    CREDIT double NOT NULL, PROFIT_CLOSED double NOT NULL, PROFIT double NOT NULL,
    EQUITY double NOT NULL, MARGIN double NOT NULL, MARGIN_FREE double NOT NULL,
    MODIFY_TIME datetime NOT NULL, PRIMARY KEY (LOGIN, TIME), KEY (LOGIN), KEY (TIME));
CREATE TABLE mt4_config (
    CONFIG int NOT NULL PRIMARY KEY, VALUE_INT int, VALUE_STR char(255));
INSERT INTO mt4_config VALUES (0, 0, NULL), (5, 900, NULL), (1000, 950, NULL)
"""
#: What schemas of earlier years lack.
LATE = {
    "mt4_trades": ("REASON", "MAGIC", "GW_VOLUME", "GW_OPEN_PRICE", "GW_CLOSE_PRICE"),
    "mt4_users": (
        *("ENABLE_OTP", "LEAD_SOURCE", "MQID"),
        *("EQUITY", "MARGIN", "MARGIN_LEVEL", "MARGIN_FREE", "CURRENCY"),
    ),
}


class ReportServer:
    """Writes into one database of a session, as the plug-in does: whole rows, again and again."""

    def __init__(self, session: Any, database: str) -> None:
        self._session = session
        self.database = database
        self.run(f"CREATE DATABASE {database}")
        session.select_db(database)
        for statement in SCHEMA.split(";\n"):
            self.run(statement)

    def run(self, statement: str, values: Any = None) -> None:
        """Run one statement as root."""
        with self._session.cursor() as cursor:
            cursor.execute(statement, values)

    def forget_late_columns(self) -> None:
        """Make an older schema of it."""
        for table, columns in LATE.items():
            self.run(f"ALTER TABLE {table} " + ", ".join(f"DROP COLUMN {c}" for c in columns))

    def write_accounts(self, records: Iterable[AccountRecord]) -> None:
        """Write accounts, new or changed."""
        self._put("mt4_users", [_user(one) for one in records])

    def write_trades(self, records: Iterable[TradeRecord]) -> None:
        """Write tickets of every kind, new or changed."""
        self._put("mt4_trades", [_trade(one) for one in records])

    def write_prices(self, quotes: Iterable[Quote], wall: datetime, digits: dict[str, int]) -> None:
        """Write the latest quotes."""
        self._put("mt4_prices", [_price(one, wall, digits[one.symbol]) for one in quotes])

    def write_figures(self, states: Iterable[MarginState]) -> None:
        """Write what an account is worth."""
        for one in states:
            self.run(
                "UPDATE mt4_users SET EQUITY = %s, MARGIN = %s, MARGIN_LEVEL = %s,"
                " MARGIN_FREE = %s WHERE LOGIN = %s",
                (one.equity, one.margin, one.level_percent, one.free_margin, one.login),
            )

    def delete(self, *tickets: int) -> None:
        """Let tickets vanish."""
        self.run("DELETE FROM mt4_trades WHERE TICKET IN %s", [tickets])

    def _put(self, table: str, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        names = ", ".join(f"`{name}`" for name in rows[0])
        marks = ", ".join(["%s"] * len(rows[0]))
        with self._session.cursor() as cursor:
            cursor.executemany(
                f"REPLACE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                [tuple(row.values()) for row in rows],
            )


def _user(one: AccountRecord) -> dict[str, Any]:
    return {
        "LOGIN": one.login, "GROUP": one.group, "ENABLE": int(one.enabled),
        "ENABLE_CHANGE_PASS": int(one.may_change_password), "LEAD_SOURCE": one.lead_source,
        "ENABLE_READONLY": int(one.read_only), "PASSWORD_PHONE": "",
        "NAME": one.name, "COUNTRY": one.country, "CITY": one.city, "STATE": one.state,
        "ZIPCODE": one.zip_code, "ADDRESS": one.address,
        "PHONE": one.phone, "EMAIL": one.email, "COMMENT": one.comment, "ID": one.id_number,
        "STATUS": one.status, "REGDATE": one.registered_server_time,
        "LASTDATE": one.registered_server_time, "LEVERAGE": one.leverage,
        "AGENT_ACCOUNT": one.agent_login, "TIMESTAMP": one.changed_stamp, "BALANCE": one.balance,
        "PREVMONTHBALANCE": 0, "PREVBALANCE": one.previous_balance, "CREDIT": one.credit,
        "INTERESTRATE": 0, "TAXES": 0, "SEND_REPORTS": int(one.sends_reports),
        "USER_COLOR": one.color - (one.color >> 31 << 32),
        "CURRENCY": one.currency, "MODIFY_TIME": one.registered_server_time,
    }  # fmt: skip


def _trade(one: TradeRecord) -> dict[str, Any]:
    return {
        "TICKET": one.ticket, "LOGIN": one.login, "SYMBOL": one.symbol, "DIGITS": one.digits,
        "CMD": int(one.cmd), "VOLUME": one.volume_hundredths, "OPEN_TIME": one.opened_server_time,
        "OPEN_PRICE": one.open_price, "SL": one.stop_loss, "TP": one.take_profit,
        "CLOSE_TIME": one.closed_server_time or NONE, "EXPIRATION": _expiry(one), "REASON": 0,
        "CONV_RATE1": 0 if one.cmd >= Cmd.BALANCE else 1, "CONV_RATE2": 0,
        "COMMISSION": one.commission, "COMMISSION_AGENT": 0, "SWAPS": one.swap,
        "CLOSE_PRICE": one.close_price, "PROFIT": one.profit, "TAXES": one.taxes,
        "COMMENT": one.comment, "INTERNAL_ID": 0, "MARGIN_RATE": one.margin_rate,
        "TIMESTAMP": one.changed_stamp, "MAGIC": one.magic, "MODIFY_TIME": one.opened_server_time,
    }  # fmt: skip


def _expiry(one: TradeRecord) -> datetime:
    """An expiry on the server's clock, by the distance that this clock has at the opening."""
    if one.expires_at is None:
        return NONE
    ahead = one.opened_server_time - one.opened_at.replace(tzinfo=None)
    return one.expires_at.replace(tzinfo=None) + ahead


def _price(one: Quote, wall: datetime, digits: int) -> dict[str, Any]:
    return {
        "SYMBOL": one.symbol, "TIME": wall, "BID": one.bid, "ASK": one.ask, "LOW": one.bid,
        "HIGH": one.ask, "DIRECTION": 0, "DIGITS": digits, "SPREAD": 0, "MODIFY_TIME": wall,
    }  # fmt: skip
