"""The encrypted wire: the pinned certificate, an authority's, and what is not believed."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.factories.agents import a_passage, agent_environment, an_agent_process
from trading.gateway.errors import NotSent, Unavailable
from trading.gateway.port import ServerAddress
from trading.gateway.remote.gateway import RemoteGateway
from trading.gateway.remote.trust import BadTrust
from trading.terms import BalanceKind

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificates"),
]

SHORT = {"trade": 5, "read": 5, "change": 5, "history": 5}


def openssl(folder: Path, *line: str) -> None:
    """Run openssl in a folder."""
    subprocess.run(["openssl", *line], cwd=folder, check=True, capture_output=True)


def certificate(folder: Path, name: str, *line: str) -> Path:
    """Make a key and a certificate for loopback; self-signed without more."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    who = ("-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2")
    openssl(folder, "req", "-x509", *key, *who, *line)
    return folder / f"{name}.pem"


@dataclass
class Secured:
    """An agent behind TLS, and certificates to believe or not."""

    address: ServerAddress
    folder: Path

    def gateway(self, trust: str) -> RemoteGateway:
        """A gateway that believes so."""
        return RemoteGateway(replace(self.address, trust=trust), deadlines=SHORT)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("tls")
    certificate(folder, "authority")
    certificate(folder, "other")
    certificate(
        folder, "agent", "-CA", "authority.pem", "-CAkey", "authority.key",
        "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE",
    )  # fmt: skip
    files = {
        "MT4_AGENT_TLS_CERTIFICATE": str(folder / "agent.pem"),
        "MT4_AGENT_TLS_KEY": str(folder / "agent.key"),
    }
    environment = agent_environment(folder, folder / "nobody", **files)
    with an_agent_process(environment) as (address, _):
        assert address.url.startswith("https://127.0.0.1:")
        yield Secured(address, folder)


def deposit(gateway: RemoteGateway) -> None:
    gateway.change_balance(
        passage=a_passage("BO:TLS"), login=7, kind=BalanceKind.BALANCE, amount=Decimal(1),
        comment="",
    )  # fmt: skip


@pytest.mark.parametrize("trust", ["pin:agent.pem", "ca:authority.pem"])
def test_the_right_certificate_is_believed(secured: Secured, trust: str) -> None:
    kind, _, file = trust.partition(":")
    gateway = secured.gateway(f"{kind}:{secured.folder / file}")
    gateway.close_attempt(login=7, marker=f"BO:{kind}", attempt=1)  # needs no MetaTrader
    assert asyncio.run(first_kind(gateway)) == "snapshot_start"
    gateway.close()


async def first_kind(gateway: RemoteGateway) -> str:
    async with asyncio.timeout(20), aclosing(gateway.stream()) as news:
        async for one in news:
            return one.kind
    return ""


@pytest.mark.parametrize("trust", ["pin:other.pem", "ca:other.pem", ""])
def test_any_other_certificate_gets_not_a_byte(secured: Secured, trust: str) -> None:
    kind, _, file = trust.partition(":")
    gateway = secured.gateway(f"{kind}:{secured.folder / file}" if trust else "")
    with pytest.raises(NotSent) as refused:
        deposit(gateway)
    assert refused.value.reason == "unreachable"
    with pytest.raises(Unavailable):
        asyncio.run(first_kind(gateway))
    gateway.close()


def test_a_plain_message_is_not_understood_there(secured: Secured) -> None:
    host, port = secured.address.url.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port)), 10) as plain:
        plain.settimeout(10)
        plain.sendall(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n")
        assert b"pump" not in plain.recv(4096)


@pytest.mark.parametrize("trust", ["pin:/nowhere.pem", "pin:", "tofu:x"])
def test_a_trust_that_cannot_be_read_is_one_sentence(secured: Secured, trust: str) -> None:
    with pytest.raises(BadTrust) as wrong:
        secured.gateway(trust)
    assert str(wrong.value).endswith(".")
