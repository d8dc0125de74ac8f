"""From taking a right away to the socket that closes, and to the request that is refused."""

import asyncio
import re
import time
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.bench.figures import Figure, middle, tail
from tests.bench.stage import FORM_TOKEN, Stage, first, sign_in

ROUNDS = 20
LIMIT_MS = 1000.0  # promise R-18; the row's "bare" is this limit


def measure(stage: Stage) -> list[Figure]:
    """Milliseconds from the press of the button to the close, the page's own time included."""
    taken, refused = asyncio.run(_revoked(stage))
    note = f"{ROUNDS} moves and a suspension, limit 1 s"
    return [
        Figure(name="next request after a suspension", unit="ms", ours=refused, bare=LIMIT_MS,
               goal=1, note="it was refused; the time is that of its answer"),
        Figure(name="revoked to closed socket, median", unit="ms", ours=middle(taken),
               bare=LIMIT_MS, goal=1, note=note),
        Figure(name="revoked to closed socket, 95 %", unit="ms", ours=tail(taken), bare=LIMIT_MS,
               goal=1),
    ]  # fmt: skip


async def _revoked(stage: Stage) -> tuple[list[float], float]:
    """Milliseconds of each closed socket, and of the request that came next and was refused."""
    admin, dealer = stage.client, await asyncio.to_thread(sign_in, stage.demo, "dealer")
    staff = stage.demo.secrets["staff"]
    email = next(one["email"] for one in staff if one["role"] == "dealer")
    row = rf'data-open="(/staff/\d+/)"(?:(?!data-open).)*{re.escape(email)}'
    person = first(row, admin.get("/staff/").text)
    cookie = "; ".join(f"{key}={value}" for key, value in dealer.cookies.items())
    moving = f"{person}move/"
    taken = [await _closed(stage, cookie, admin, moving, {}) for _round in range(ROUNDS)]
    taken.append(await _closed(stage, cookie, admin, f"{person}suspend/", {"reason": "bench"}))
    begun = time.monotonic()
    answer = await asyncio.to_thread(dealer.get, "/health/", follow_redirects=False)
    refused = 1000 * (time.monotonic() - begun)
    if answer.status_code == 200:
        raise RuntimeError("a suspended person's next request was answered")
    await asyncio.to_thread(press, admin, f"{person}reinstate/", {})
    return taken, refused


async def _closed(
    stage: Stage, cookie: str, admin: httpx.Client, path: str, fields: dict[str, str]
) -> float:
    """How long after the press the dealer's socket is closed."""
    live = f"ws://127.0.0.1:{stage.demo.secrets['live_port']}/ws/"
    origin: Any = stage.demo.address
    async with connect(live, additional_headers={"Cookie": cookie}, origin=origin) as line:
        await line.recv()  # live numbers flow
        start = time.monotonic()
        pressed = asyncio.create_task(asyncio.to_thread(press, admin, path, fields))
        try:
            async with asyncio.timeout(40):
                while True:
                    await line.recv()
        except ConnectionClosed:
            taken = 1000 * (time.monotonic() - start)
        await pressed
        return taken


def press(client: httpx.Client, path: str, fields: dict[str, str]) -> None:
    """Send one of the forms of a person's page."""
    page = client.get(path.rsplit("/", 2)[0] + "/")
    token = first(FORM_TOKEN, page.text)
    answer = client.post(
        path, data={**fields, "csrfmiddlewaretoken": token}, headers={"Referer": str(page.url)}
    )
    answer.raise_for_status()
