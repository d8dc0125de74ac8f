"""Faults of the server: what its direct connections suffer, and the stage door's verbs for it."""

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from trading.gateway.errors import BadMessage
from trading.gateway.faults import Fault, Faults, Mode
from trading.gateway.lines import Lines, write_line
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.arguments import Arguments
from trading.gateway.simulator.front.pump import Pump
from trading.gateway.simulator.funds import change_balance
from trading.gateway.simulator.office.authors import Author
from trading.gateway.simulator.orders import Order
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.simulator.records import plain
from trading.gateway.wire import decode
from trading.terms import Cmd, TradeRecord

Frame = dict[str, Any]
FOREIGNER = Author(901, "192.0.2.77")  # the dealing desk, from an address of its own
_DEFAULTS = plain(Fault(mode=Mode.REQUEST_DROPPED))


class Cut(ConnectionError):
    """The connection ends here, in the middle of a call."""


def restart() -> None:
    """Put a new process in this one's place at once: nothing is closed, saved or said."""
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - our own command line, no shell


class FaultyService:
    """Serves requests as the faults in force let it."""

    def __init__(
        self, desk: Desk, faults: Faults, *, restart: Callable[[], None] = restart
    ) -> None:
        self._desk = desk
        self._faults = faults
        self._restart = restart

    async def serve(self, request: Frame, run: Callable[[Frame], Frame]) -> Frame | None:
        """Return the answer of a request, None for none at all. Raises Cut."""
        struck = self._faults.strike(name_of(request))
        if not struck:
            return run(request)
        self._befall(struck, request)
        if Mode.REQUEST_DROPPED in struck:
            return None
        if late := struck.get(Mode.APPLIED_LATE):
            await asyncio.sleep(late.delay_ms / 1000)
        answer = self._run(struck, _edited(struck, request), run)
        if late := struck.get(Mode.ANSWER_DELAYED):
            await asyncio.sleep(late.delay_ms / 1000)
        return None if Mode.ANSWER_DROPPED in struck else answer

    def _befall(self, struck: dict[Mode, Fault], request: Frame) -> None:
        """Do what happens to the server before it takes the request up."""
        if jump := struck.get(Mode.ZONE_JUMP):
            self._desk.hours.zone = ZoneInfo(jump.zone)
        if foreign := struck.get(Mode.FOREIGN_OPERATION):
            self._book_foreign(foreign, request)

    def _run(
        self, struck: dict[Mode, Fault], request: Frame, run: Callable[[Frame], Frame]
    ) -> Frame:
        """Carry the request out as often as the faults say, and answer as they say."""
        wrong, cut, end = (
            struck.get(mode) for mode in (Mode.WRONG_CODE, Mode.RECONNECT, Mode.RESTART)
        )
        answer: Frame = {}
        if all(fault is None or fault.applied for fault in (wrong, cut, end)):
            answer = run(request)
        if Mode.DELIVERED_TWICE in struck:
            run(request)
        if end is not None:
            self._restart()
        if cut is not None:
            raise Cut("a fault cut the connection")
        if hidden := struck.get(Mode.SEEN_LATE):
            answer = self._hidden(answer, hidden.delay_ms)
        if wrong is not None:
            nothing = {"id": request.get("id"), "result": None}
            return {**nothing, "code": wrong.code, "text": wrong.text or "a fault"}
        return answer

    def _hidden(self, answer: Frame, delay_ms: int) -> Frame:
        """Return an answer without the records that were booked so lately."""
        limit = self._desk.hours.exact_now() - timedelta(milliseconds=delay_ms)
        result = orjson.loads(orjson.dumps(answer.get("result")))
        if isinstance(result, str):
            return {**answer, "result": _older(result, limit)}
        if isinstance(result, dict) and isinstance(result.get("records"), str):
            return {**answer, "result": {**result, "records": _older(result["records"], limit)}}
        opened = result.get("opened_at") if isinstance(result, dict) else None
        if isinstance(opened, str) and decode(datetime, opened) > limit:
            nothing = {"id": answer.get("id"), "result": None}
            return {**nothing, "code": int(Code.INVALID_DATA), "text": "there is no such record"}
        return answer

    def _book_foreign(self, fault: Fault, request: Frame) -> None:
        args = request.get("args") or {}
        trade = self._desk.book.open.get(args.get("order", 0))
        login = trade.login if trade is not None else args.get("orderby") or args.get("login", 0)
        order = Order(cmd=Cmd.BALANCE, login=login, price=fault.amount, comment=fault.text)
        try:
            with self._desk.book.acting(FOREIGNER), self._desk.book.change() as change:
                change_balance(self._desk, change, order)
        except No:  # the call is about no account: nobody can come in between
            return


class FaultDoor:
    """The verbs of the stage door; without faults enabled they refuse with 7."""

    def __init__(self, desk: Desk, pump: Pump, faults: Faults | None) -> None:
        self._desk = desk
        self._pump = pump
        self._faults = faults
        self._zone = desk.hours.zone
        self.verbs: dict[str, Callable[[Arguments], Any]] = {
            "set_fault": self._set,
            "faults": lambda _: self._shown(),
            "clear_faults": self._clear,
            "stop_pumping": self._stop_pumping,
        }

    def _enabled(self) -> Faults:
        if self._faults is None:
            raise No(Code.NOT_ENOUGH_RIGHTS, "this server was started without --faults")
        return self._faults

    def _set(self, args: Arguments) -> Any:
        faults = self._enabled()
        try:
            fault: Fault = decode(Fault, {**_DEFAULTS, **args.record()}, "The fault")
            if fault.mode is Mode.ZONE_JUMP:
                ZoneInfo(fault.zone)
        except (BadMessage, KeyError, ValueError, OSError) as wrong:
            raise No(Code.INVALID_DATA, str(wrong)) from wrong
        faults.set(fault)
        return self._shown()

    def _shown(self) -> Any:
        return [{**plain(fault), "struck": struck} for fault, struck in self._enabled().struck()]

    def _clear(self, _: Arguments) -> Any:
        self._enabled().clear()
        self._desk.hours.zone = self._zone
        return []

    def _stop_pumping(self, _: Arguments) -> Any:
        self._enabled()
        listeners = self._pump.listeners
        self._pump.stop()
        return {"stopped": listeners}


def name_of(request: Frame) -> str:
    """Return what faults call a request: its verb, and of a transaction its type too."""
    verb, args = request.get("verb"), request.get("args")
    kind = args.get("type") if isinstance(args, dict) else None
    return f"{verb}:{kind}" if verb == "transaction" else str(verb)


def _edited(struck: dict[Mode, Fault], request: Frame) -> Frame:
    fault = struck.get(Mode.COMMENT_DAMAGED)
    args = request.get("args")
    if fault is None or not isinstance(args, dict):
        return request
    comment = fault.text or str(args.get("comment", ""))[: fault.length]
    return {**request, "args": {**args, "comment": comment}}


def _older(lines: str, limit: datetime) -> str:
    """Return the lines of tickets without those opened lately; lines of other kinds as they are."""
    try:
        tickets = list(Lines(TradeRecord, lines))
    except BadMessage:
        return lines
    return "".join(write_line(one) for one in tickets if one.opened_at <= limit)
