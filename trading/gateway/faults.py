"""The twelve ways in which a MetaTrader server, or the wire to it, may fail: for tests and drills.

A fault strikes calls of one verb; count, probability and seed say which of them, so that the same
seed strikes the same calls. What a mode does is up to whoever serves the call: the simulated server
(simulator/front/faults.py) or the wire of its agent (agent/faults.py). Neither has this door unless
it was started with it. Source: docs/how-to/drill-with-faults.md.
"""

import random
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase


class Mode(StrEnum):
    """What goes wrong."""

    REQUEST_DROPPED = "F-01"
    ANSWER_DROPPED = "F-02"
    ANSWER_DELAYED = "F-03"
    APPLIED_LATE = "F-04"
    DELIVERED_TWICE = "F-05"
    SEEN_LATE = "F-06"
    WRONG_CODE = "F-07"
    COMMENT_DAMAGED = "F-08"
    RECONNECT = "F-09"
    RESTART = "F-10"
    ZONE_JUMP = "F-11"
    FOREIGN_OPERATION = "F-12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: which calls it strikes, and what the mode needs to know.

    `verb` is a name with `*`; a transaction is called transaction:TYPE. The first `after` calls
    pass, then `count` of them are struck (0: until it is cleared), each with `probability`.
    `delay_ms` is how long something is delayed or hidden. `applied` says whether the operation is
    booked all the same (F-07, F-09, F-10). `code` is the wrong code of F-07. F-08 puts `text` in
    the comment's place, or cuts it to `length` characters. F-11 moves the server to `zone`. F-12
    books `amount` with the comment `text`.
    """

    mode: Mode
    verb: str = "*"
    count: int = 1
    after: int = 0
    probability: Decimal = Decimal(1)
    seed: int = 0
    delay_ms: int = 0
    applied: bool = True
    code: int = 128
    text: str = ""
    length: int = 31
    zone: str = ""
    amount: Decimal = Decimal(1)


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.struck = 0
        self._passed = 0
        self._chance = random.Random(f"{fault.mode} {fault.verb} {fault.seed}")  # noqa: S311

    def strikes(self, verb: str) -> bool:
        fault = self.fault
        if not fnmatchcase(verb, fault.verb) or (fault.count and self.struck >= fault.count):
            return False
        if self._passed < fault.after:
            self._passed += 1
            return False
        if self._chance.random() >= fault.probability:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults in force, and how often each has struck."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def set(self, fault: Fault) -> None:
        """Let a fault strike from the next call on."""
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Let everything work again."""
        self._armed.clear()

    def strike(self, verb: str) -> dict[Mode, Fault]:
        """Return what befalls this call, by mode; of two of one mode the earlier."""
        struck = [armed.fault for armed in self._armed if armed.strikes(verb)]
        return {fault.mode: fault for fault in reversed(struck)}

    def struck(self) -> list[tuple[Fault, int]]:
        """Return every fault in force with how often it struck."""
        return [(armed.fault, armed.struck) for armed in self._armed]
