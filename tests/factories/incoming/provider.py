"""The simulated provider as a process, a house that it calls back, and the client at its page."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
from django.core.wsgi import get_wsgi_application

from accounts.models import Deposit
from backoffice.demo.children import spawn, stop, wait_until
from backoffice.settings.env import PaymentProvider
from tests.cluster import ROOT
from tests.factories.incoming.deposits import CODE, KEY_ID, SECRET

SECONDS = 60


class Provider:
    """A running provider, and the doors that a test uses."""

    def __init__(self, url: str, child: subprocess.Popen[bytes]) -> None:
        self.url, self.child = url, child

    def faults(self, **faults: int | bool) -> None:
        """Switch exactly these faults on."""
        httpx.post(f"{self.url}/faults", json=faults, trust_env=False).raise_for_status()

    def counts(self) -> dict[str, int]:
        """What it has done."""
        return dict(httpx.get(f"{self.url}/faults", trust_env=False).json()["counts"])

    def press(self, deposit: Deposit, act: str = "pay", holder: str = "Ana Ruiz") -> httpx.Response:
        """Press a button on the client's page."""
        return httpx.post(
            deposit.page_url,
            data={"act": act, "holder": holder, "card": "visa"},
            trust_env=False,
            follow_redirects=False,
        )

    def has_delivered(self) -> bool:
        """Whether nothing waits to be taken."""
        return self.counts()["deliveries"] == 0


@contextmanager
def a_provider(folder: Path) -> Iterator[Provider]:
    """Run the simulated provider."""
    port = free_port()
    env = {**os.environ, "PROVIDER_KEY": f"{KEY_ID}:{SECRET.hex()}", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "accounts.providers.simulator", "--drills",
               "--state", folder / "provider.sqlite", "--listen", f"127.0.0.1:{port}"]  # fmt: skip
    child = spawn(command, env=env, cwd=ROOT, log=folder / "provider.log")
    provider = Provider(f"http://127.0.0.1:{port}", child)
    try:
        assert wait_until(lambda: answers(provider.url), seconds=SECONDS)
        yield provider
    finally:
        stop(child)


def answers(url: str) -> bool:
    """Whether something answers there."""
    try:
        return httpx.get(f"{url}/faults", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, *said: Any) -> None:
        """Say nothing."""


@contextmanager
def a_listening_house(settings: Any, provider: Provider) -> Iterator[str]:
    """Serve the house's own addresses on loopback, and be called back there."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), WSGIServer, Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    settings.CALLBACK_URL = settings.SITE_URL = url
    settings.PAYMENT_PROVIDERS = {CODE: PaymentProvider(provider.url, KEY_ID, SECRET)}
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
