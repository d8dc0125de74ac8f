"""The Manager API's records as our terms: what only the server can say is never made up here."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from trading.gateway.agent.engine import LinkError
from trading.gateway.agent.manager_api import layouts
from trading.gateway.agent.manager_api.values import (
    from_chars,
    from_double,
    moment,
    to_address,
    wall_clock,
)
from trading.terms import (
    AccountRecord,
    Cmd,
    DailyReport,
    LevelType,
    LogCode,
    LogLine,
    MarginState,
    OnlineUser,
    TradeRecord,
)

RATE_DIGITS = 8  # of a conversion rate


@dataclass(frozen=True, slots=True)
class Server:
    """What reading its records takes: the zone of its clock and the code page of its texts."""

    zone: ZoneInfo
    code_page: str

    def account(self, user: layouts.UserRecord, currency: str, digits: int) -> AccountRecord:
        """Return an account; currency and its digits are those of its group."""

        def money(double: float) -> Any:
            return from_double(double, digits)

        return AccountRecord(
            login=user.login,
            group=self._text(user.group),
            name=self._text(user.name),
            currency=currency,
            leverage=user.leverage,
            balance=money(user.balance),
            credit=money(user.credit),
            enabled=bool(user.enable),
            read_only=bool(user.enable_read_only),
            email=self._text(user.email),
            phone=self._text(user.phone),
            country=self._text(user.country),
            city=self._text(user.city),
            comment=self._text(user.comment),
            agent_login=user.agent_account,
            registered_at=moment(user.regdate, self.zone),
            registered_server_time=wall_clock(user.regdate),
            previous_balance=money(user.prevbalance),
            changed_stamp=user.timestamp,
            state=self._text(user.state),
            zip_code=self._text(user.zipcode),
            address=self._text(user.address),
            lead_source=self._text(user.lead_source),
            id_number=self._text(user.id),
            status=self._text(user.status),
            color=user.user_color,
            may_change_password=bool(user.enable_change_password),
            sends_reports=bool(user.send_reports),
        )

    def trade(self, trade: layouts.TradeRecord, digits: int) -> TradeRecord:
        """Return a ticket; `digits` are those of its account's currency. LinkError for no cmd."""

        def money(double: float) -> Any:
            return from_double(double, digits)

        def price(double: float) -> Any:
            return from_double(double, trade.digits)

        return TradeRecord(
            ticket=trade.order,
            login=trade.login,
            cmd=_known(Cmd, trade.cmd),
            symbol=self._text(trade.symbol),
            digits=trade.digits,
            volume_hundredths=trade.volume,
            opened_at=moment(trade.open_time, self.zone),
            opened_server_time=wall_clock(trade.open_time),
            open_price=price(trade.open_price),
            stop_loss=price(trade.sl),
            take_profit=price(trade.tp),
            closed_at=self._moment(trade.close_time),
            closed_server_time=wall_clock(trade.close_time) if trade.close_time else None,
            close_price=price(trade.close_price),
            expires_at=self._moment(trade.expiration),
            commission=money(trade.commission),
            swap=money(trade.storage),
            taxes=money(trade.taxes),
            profit=money(trade.profit),
            margin_rate=from_double(trade.margin_rate, RATE_DIGITS),
            magic=trade.magic,
            comment=self._text(trade.comment),
            changed_stamp=trade.timestamp,
        )

    def margin(
        self, level: layouts.MarginLevel, account: AccountRecord, digits: int
    ) -> MarginState:
        """Return the figures of an account; LinkError if they are another one's.

        Its `balance` holds the credit too, so both are taken from the account.
        """
        if level.login != account.login:
            raise LinkError(f"MetaTrader sent the figures of {level.login}, not {account.login}")
        equity = from_double(level.equity, digits)
        return MarginState(
            login=level.login,
            balance=account.balance,
            credit=account.credit,
            floating=equity - from_double(level.balance, digits),
            equity=equity,
            margin=from_double(level.margin, digits),
            free_margin=from_double(level.margin_free, digits),
            level_percent=from_double(level.margin_level, 2),
            level_type=_known(LevelType, level.level_type),
        )

    def daily(self, report: layouts.DailyReport, digits: int) -> DailyReport:
        """Return the report of a day."""

        def money(double: float) -> Any:
            return from_double(double, digits)

        return DailyReport(
            login=report.login,
            at=moment(report.ctm, self.zone),
            server_time=wall_clock(report.ctm),
            stamp=report.ctm,
            group=self._text(report.group),
            balance_previous=money(report.balance_prev),
            balance=money(report.balance),
            deposit=money(report.deposit),
            credit=money(report.credit),
            closed=money(report.profit_closed),
            floating=money(report.profit),
            equity=money(report.equity),
            margin=money(report.margin),
            free_margin=money(report.margin_free),
        )

    def online(self, user: layouts.OnlineRecord) -> OnlineUser:
        """Return who is online, and from where."""
        return OnlineUser(login=user.login, group=self._text(user.group), ip=to_address(user.ip))

    def line(self, line: layouts.ServerLog) -> LogLine:
        """Return a line of the journal; LinkError if its time is none ("YYYY.MM.DD HH:MM:SS")."""
        text = self._text(line.time)
        try:
            wall = datetime.strptime(text[:19], "%Y.%m.%d %H:%M:%S")  # noqa: DTZ007
        except ValueError as wrong:
            raise LinkError(f"MetaTrader dated a line of its journal {text!r}") from wrong
        return LogLine(
            at=wall.replace(tzinfo=self.zone).astimezone(UTC),
            server_time=wall,
            code=_known(LogCode, line.code),
            ip=self._text(line.ip),
            message=self._text(line.message),
        )

    def _text(self, chars: bytes) -> str:
        return from_chars(chars, self.code_page)

    def _moment(self, seconds: int) -> datetime | None:
        return moment(seconds, self.zone) if seconds else None


def _known(kind: Any, number: int) -> Any:
    try:
        return kind(number)
    except ValueError as wrong:
        raise LinkError(f"MetaTrader sent {number} as a {kind.__name__}") from wrong
