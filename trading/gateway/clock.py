"""The wire's one call to the system clock, and what is known of that clock's error.

Everything else takes `now` as an argument. Times are aware UTC datetimes; errors are milliseconds.
"""

import ctypes
import sys
import time
from datetime import UTC, datetime
from threading import Lock

_UNSYNCHRONISED = 0x40  # STA_UNSYNC of Linux's adjtimex
_CLOCK_ERROR = 5  # what adjtimex returns while the clock is not synchronised
_MILLISECOND = datetime.resolution * 1000
_FRESH_MS = 60_000


def now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


class _Timex(ctypes.Structure):
    """The head of Linux's `struct timex`, padded to more than its full size."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("largest_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def kernel_error_ms() -> int | None:
    """Return the kernel's bound on the clock's error, or None where it vouches for none."""
    if not sys.platform.startswith("linux"):
        return None
    report = _Timex()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(report))
    except (OSError, AttributeError):
        return None
    if state < 0 or state == _CLOCK_ERROR or report.status & _UNSYNCHRONISED:
        return None
    return -(-int(report.largest_error) // 1000)


class ClockError:
    """A bound on the error of this machine's clock: what is vouched for, plus every fresh jump.

    `stated_ms` is what the operator vouches for; None asks the kernel each time. A clock that is
    set parts from the monotonic one, and the difference counts as error for a minute or two: by
    then whoever keeps the clock has to vouch for it again.
    """

    def __init__(self, stated_ms: int | None) -> None:
        self._stated_ms = stated_ms
        self._older = self._newer = _reading()
        self._lock = Lock()

    def milliseconds(self) -> int | None:
        """Return the bound, or None when nobody vouches for the clock."""
        vouched = self._stated_ms if self._stated_ms is not None else kernel_error_ms()
        if vouched is None:
            return None
        return vouched + self._jumped_ms()

    def _jumped_ms(self) -> int:
        wall, steady_ms = _reading()
        with self._lock:
            jumped_ms = (wall - self._older[0]) // _MILLISECOND - (steady_ms - self._older[1])
            if steady_ms >= self._newer[1] + _FRESH_MS:
                self._older, self._newer = self._newer, (wall, steady_ms)
        return abs(jumped_ms)


def _reading() -> tuple[datetime, int]:
    """Return both clocks: the wall's, and the monotonic one in milliseconds."""
    return now(), time.monotonic_ns() // 1_000_000
