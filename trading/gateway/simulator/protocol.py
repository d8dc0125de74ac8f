"""What the simulated MetaTrader speaks: sockets, frames, verbs, events and return codes.

**Sockets.** `PATH` is the server (what managers and agents connect to), `PATH.control` its stage
door (what demos and tests use). Both are local stream sockets.

**Frames.** Four bytes, big-endian: the length of the body; then the body, one JSON object in UTF-8,
at most 64 MiB. A frame that is none ends the connection.

**Values.** Money, prices and percentages are decimal text ("12.30"); volumes whole hundredths of a
lot; logins, tickets, stamps and enumerations whole numbers. A moment (`*_at`, `now`) is UTC text
"2026-03-02T09:30:00Z", perhaps with fractions; the server's wall clock (`*_server_time`,
`server_time`) is the same text without the "Z"; "none" is null. A record is an object with exactly
the fields of its class in `trading.terms` (AccountRecord, TradeRecord, Quote, SymbolSpec,
GroupSpec, MarginState, OnlineUser, LogLine, ManagerAccount, DailyReport), in these notations. Where
many accounts or tickets are the answer they come as *lines*: one text, a line each
(trading/gateway/lines.py).

**Hello.** The first frame on PATH names the mode, and the two modes never mix, as in MetaTrader:
`{"mode": "direct"}` or `{"mode": "pumping"}`. Answer: `{"code": 0, "text": …, "mode": …, "server":
name, "build": number, "connection": number}`; code 65 and the end of the connection for any other.
`login` and `ip` in the hello say which manager account connects and from where (900, the back
office, when left out; an unknown one gives 65). A verb without its right gives 7.

**Direct.** One request at a time: `{"id": n, "verb": …, "args": {…}}` is answered by
`{"id": n, "code": MetaTrader's return code, "text": …, "result": …}`; `result` is null unless the
code is 0. The next request is read when the answer has been sent. An answer with code 0 to a change
means: on disk, and survives a kill. An unknown verb or a wrong argument gives 3. Verbs:

- server_info() → {name, company, build, timezone, server_time, now, end_of_day ("HH:MM" server
  time), closed_window (whether the end of day is running), code_page}
- symbols() → [SymbolSpec] · groups() → [GroupSpec] · quotes() → [Quote]
- accounts(since_stamp, group, after, limit) → {"records": lines, "next": login}: changed
  at or after the stamp, in the group, login > after, at most limit (≤ 10,000; 1000 when left out);
  next is the `after` of the following page, 0 on the last one
- trades(since_stamp, after, limit) → the same with TradeRecords of every kind, by ticket
- open_trades(login, group, symbol) → lines: positions and pending orders at current prices;
  a group is a mask here: a comma list, * for anything; what is left out is not asked about
- closed_trades(start, end, group, symbol, after, limit) → pages of TradeRecord by ticket, of what
  was closed in [start, end)
- logins() → [login] · open_tickets() → [ticket]
- account(login) → AccountRecord; 65 when there is none
- trade(ticket) → TradeRecord, open or closed; 3 when there is none
- history(login, start, end) → lines of TradeRecords: closed, by closing time, UTC, half-open
- find_marker(marker, start, end) → lines of TradeRecords: balance and credit records of any login
  whose comment starts with the marker, by time of booking, UTC, half-open
- margin(login) → MarginState; 65 no such login, 136 when a quote is missing
- margins(after, limit) → pages of MarginState by login; who cannot be reckoned is left out
- online() → [OnlineUser] · managers() → [ManagerAccount]
- daily_reports(since_stamp, login, after, limit) → pages of DailyReport
- journal(start, end, kind (a LogKind), text, after, limit) → pages of LogLine in [start, end) that
  hold the text; a page may be short or empty and still have a next one
- transaction(…) → {"order": ticket, "trade": TradeRecord as booked, "remainder": ticket or 0}
- user_new(login (0: the server chooses), group, name, leverage, password, password_investor, email,
  phone, country, city, state, zip_code, address, lead_source, id_number, status, comment,
  agent_login) → {"login": the account's}
- user_update(login, every field of user_new but the passwords, and enabled, read_only, color,
  may_change_password, sends_reports): the whole record, as MetaTrader's UserRecordUpdate takes it;
  what is left out is emptied → {"login"}
- user_password_set(login, password, investor) → {"login"}; 3 for a password against the rules
- user_password_check(login, password) → {"login"}; 65 when the master password is another
- users_group_op(logins, command, leverage, group) → {"changed": n}; command is one of enable,
  disable, read_only, tradable, leverage, group, delete (3 while the account has open tickets)

**Transaction** has the fields of TradeTransInfo: type, cmd, order, orderby, symbol, volume, price,
sl, tp, comment, expiration (a moment or null); what is left out is 0, "" or null. Types:

- 75 open or place: cmd 0…5, orderby = login, symbol, volume, price, sl, tp, comment, expiration
- 76 close, wholly or in part: order = ticket, volume, price (mandatory)
- 77 delete: order; any open ticket, as in MetaTrader: a position loses its result
- 78 close by: order = ticket, orderby = the opposite ticket
- 79 close all positions of a symbol by their opposites: orderby = login, symbol
- 80 modify: order, price (of a pending order), sl, tp, expiration (of a pending order)
- 81 activate a pending order: order, price
- 82 rewrite a comment, also of a booked record: order, comment
- 83 balance (cmd 6) or credit (cmd 7): orderby = login, price = signed amount, comment, expiration
  (a credit in needs a future one)

Every other type, those of client terminals (64 … 74) among them, gives 3. A partial close books the
closed part under its own ticket with the comment `to #new` and goes on under a new ticket
(`remainder`) with `from #old`. A comment is cut to 31 bytes of the server's code page.

**Pumping.** The server sends and never listens (end of input = goodbye). Every frame has `number`
(1, 2, 3 … on one connection, no holes), `kind` and `at` (UTC), and the field of its kind:
`start` {"connection"} · `quote` {"quote"} · `account` {"account"} · `account_delete` {"login"} ·
`online` {"online": OnlineUser} · `offline` {"login"} · `margin_call` {"margin": MarginState} when
its level type changed · `trade_open`, `trade_update`,
`trade_close` {"trade"} · `trade_delete` {"ticket", "trade" (the cancelled order)} · `ping` every
second · `stop` {} before an orderly end. A balance or credit record comes as `trade_close`; the
`account` it changed follows. A listener that reads too slowly is sent `stop` and dropped. Nothing
is resent: after a new connection ask again (docs/metatrader.md, Synchronisation).

**Control** (PATH.control; requests and answers as in direct, no hello):

- status() → {pid, accounts, open, held, closed_window, margin_calls, operations, listeners}
- set_quote(symbol, bid, ask or none: the spread stays) → Quote
- hold() / release() → {"held": …}: while held nothing ticks by itself, no night's swap is charged,
  no terminal trades by itself; set_quote moves a price, with all that follows from it
- client_open(login, cmd, symbol, volume, price (of a pending order), sl, tp, comment, magic,
  expiration) · client_close(login, ticket, volume, 0 = all) · client_modify(login, ticket, price,
  sl, tp, expiration) · client_cancel(login, ticket): what a client's terminal does, at the market
  → as transaction
- sign_in(login, ip) → OnlineUser · sign_out(login): a client's terminal comes and goes
- manager(login, ip, verb, args) → what the direct verb gives: what another manager does
- put_manager(manager: ManagerAccount) · set_security(group, security: GroupSecurity) → GroupSpec
- copy_group(group, name) → GroupSpec: a new group with the settings of another
- rewrite_comments(tickets, comment) → {"changed": n}: many tickets in one change, for measurements
- end_of_day(at "HH:MM" server time, seconds) → the setting in force, {"at", "seconds"}
- run_end_of_day(seconds) → {"swaps": n}: the end of day now (swaps, daily balances), and the closed
  window for so long
- group_rules(name, …) / symbol_rules(name, …) → the rules in force, those given changed
  (office/group_rules.py) · antiflood(limit or none) → {"limit", "blocked": [address]}
- archive_trades(days) / archive_accounts() → {"archived": how many tickets, or the logins}
- erase_record(ticket, balance 1 or 0) / edit_record(ticket, amount, balance) → the money record:
  out of the history, or with another amount, the account's balance corrected (1) or left alone
- set_fault(mode "F-01" … "F-12", verb, count, …) · faults() · clear_faults() → the faults in force
  (trading/gateway/faults.py) · stop_pumping() → {"stopped": n}: end every pumping connection; all
  four refuse with 7 unless the process was started with --faults

**Codes.** `Code` below: the numbers of MetaTrader's API; `TEXTS` its words. In the end-of-day
window every transaction gives 132.
"""

import asyncio
import struct
from enum import IntEnum
from pathlib import Path
from typing import Any

import orjson

from trading.gateway.codes import CODES

MAX_FRAME = 64 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class Code(IntEnum):
    """MetaTrader's return codes that this server gives."""

    OK = 0
    INVALID_DATA = 3
    NOT_ENOUGH_RIGHTS = 7
    TOO_FREQUENT = 8
    ACCOUNT_DISABLED = 64
    BAD_ACCOUNT_INFO = 65
    BAD_PRICES = 129
    BAD_STOPS = 130
    BAD_VOLUME = 131
    MARKET_CLOSED = 132
    TRADE_DISABLE = 133
    NO_MONEY = 134
    OFFQUOTES = 136
    LONG_ONLY = 140
    MODIFY_DENIED = 145
    EXPIRATION_DENIED = 147
    TOO_MANY_ORDERS = 148
    HEDGE_PROHIBITED = 149


TEXTS = {code: CODES[code].text for code in Code}


class Transaction(IntEnum):
    """What a manager may send in `type` of a transaction; the client types (64 … 74) it may not."""

    OPEN = 75
    CLOSE = 76
    DELETE = 77
    CLOSE_BY = 78
    CLOSE_ALL = 79
    MODIFY = 80
    ACTIVATE = 81
    COMMENT = 82
    BALANCE = 83


class No(Exception):
    """The server refuses: `code` is MetaTrader's return code, `text` its words with the reason."""

    def __init__(self, code: Code, reason: str = "") -> None:
        self.code = code
        self.text = f"{TEXTS[code]}: {reason}" if reason else TEXTS[code]
        super().__init__(self.text)


class BadFrame(Exception):
    """What came is no frame of this protocol; the connection cannot go on."""


def control_path(path: Path) -> Path:
    """Return where the stage door of the server at this path is."""
    return path.with_name(path.name + ".control")


def pack(message: dict[str, Any]) -> bytes:
    """Return one frame; values must already be plain (an `orjson.Fragment` is)."""
    return pack_body(orjson.dumps(message))


def pack_body(body: bytes) -> bytes:
    """Return one frame around a JSON object."""
    return _LENGTH.pack(len(body)) + body


async def read_frame(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """Return the next message, None at the end of input; raise BadFrame for anything else."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > MAX_FRAME:
            raise BadFrame(f"a frame of {length} bytes is too long")
        message = orjson.loads(await reader.readexactly(length))
    except asyncio.IncompleteReadError as cut:
        if cut.partial:
            raise BadFrame("the frame breaks off") from cut
        return None
    except orjson.JSONDecodeError as wrong:
        raise BadFrame(f"the body is no JSON: {wrong}") from wrong
    if not isinstance(message, dict):
        raise BadFrame("the body is no object")
    return message
