"""What the demo prints when it is ready: the address, every role's sign-in, a one-time code."""

import base64
import hashlib
import hmac
import struct
from collections.abc import Sequence
from typing import Any

from backoffice.core.clock import now

PERIOD = 30


def one_time_code(key: bytes, at: float) -> str:
    """The six digits of RFC 6238 for a second of Unix time."""
    digest = hmac.new(key, struct.pack(">Q", int(at) // PERIOD), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def table(staff: Sequence[dict[str, Any]], at: float) -> list[str]:
    """One line a role; the codes hold for the seconds that the heading names."""
    left = PERIOD - int(at) % PERIOD
    rows = [("Role", "E-mail", "Password", f"Code ({left} s left)")]
    for person in staff:
        code = one_time_code(base64.b32decode(person["totp_key"]), at)
        rows.append((person["role"], person["email"], person["password"], f"{code[:3]} {code[3:]}"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    form = "  " + "".join(f"{{:{width + 2}}}" for width in widths) + "{}"
    return [form.format(*row) for row in rows]


def codes(staff: Sequence[dict[str, Any]]) -> str:
    """The current code of every role."""
    return "\n".join(table(staff, now().timestamp()))


def client_lines(address: str, clients: Sequence[dict[str, Any]], mail: str) -> list[str]:
    """Where a client signs in, as whom; where the letters lie."""
    found = [f"  Letters go to files in  {mail}"] if mail else []
    for one in clients[:1]:
        found.insert(0, f"  Personal area:  {address}/portal/  {one['email']}  {one['password']}")
    return ["", *found] if found else []


def card(
    address: str, secrets: dict[str, Any], *, port: int, seconds: float, mail: str = ""
) -> str:
    """The block that a newcomer reads; `secrets` holds who signs in, staff and clients."""
    staff, clients = secrets["staff"], secrets.get("clients", [])
    suffix = "" if port == 8000 else f" PORT={port}"
    line = "─" * 76
    return "\n".join(
        [
            "",
            line,
            f"  The back office is ready ({seconds:.0f} s):  {address}",
            line,
            *table(staff, now().timestamp()),
            *client_lines(address, clients, mail),
            "",
            f"  A code is used once; fresh ones, from a second terminal:  make demo-code{suffix}",
            f"  Ctrl-C stops everything; start over with:  make demo-reset{suffix}",
            line,
        ]
    )
