"""Who may come in, how many at once, what is told of it, and what a lost journal means."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.factories.agents import Running, Script, a_passage, an_agent, wait_until
from trading.gateway.agent.config import _networks
from trading.gateway.agent.engine import BlockedError, Pauses
from trading.gateway.agent.pauses import Block as FloodBlock
from trading.gateway.errors import BadMessage, GatewayError, NotSent, Unavailable
from trading.gateway.remote.gateway import RemoteGateway
from trading.terms import BalanceKind, Done

SHORT = {"trade": 3, "read": 3, "change": 3, "history": 3}


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def running(script: Script, tmp_path: Path) -> Iterator[Running]:
    with an_agent(script, tmp_path) as agent:
        yield agent


def read(running: Running, path: str) -> str:
    with urlopen(running.address.url + path, timeout=10) as answer:  # noqa: S310 - loopback
        text: str = answer.read().decode()
    return text


def health(running: Running) -> str:
    try:
        return read(running, "/health")
    except HTTPError as unwell:
        return unwell.read().decode()


def deposit(gateway: RemoteGateway, marker: str = "BO:1", login: int = 7) -> Done:
    return gateway.change_balance(
        passage=a_passage(marker), login=login, kind=BalanceKind.BALANCE,
        amount=Decimal("10.00"), comment="",
    )  # fmt: skip


def said(call: Any) -> Any:
    with pytest.raises(GatewayError) as caught:
        call()
    return caught.value


def test_an_address_that_is_not_listed_hears_nothing(script: Script, tmp_path: Path) -> None:
    with an_agent(script, tmp_path, allowed=_networks("192.0.2.0/24")) as running:
        for path in ("/health", "/metrics", "/v1/stream"):
            with pytest.raises(HTTPError) as refused:
                read(running, path)
            assert refused.value.code == 403
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        assert isinstance(said(gateway.quotes), Unavailable)
        gateway.close()
    assert script.sent == 0


def test_a_listed_address_is_served(script: Script, tmp_path: Path) -> None:
    with an_agent(script, tmp_path, allowed=_networks("192.0.2.0/24,127.0.0.0/8")) as running:
        wait_until(lambda: '"status":"ok"' in health(running))
        assert '"pump":"listening"' in health(running)


def test_the_figures_are_told_in_prometheus_text(script: Script, running: Running) -> None:
    gateway = RemoteGateway(running.address, deadlines=SHORT)
    deposit(gateway)
    said(lambda: deposit(gateway))
    with pytest.raises(HTTPError):
        urlopen(running.address.url + "/v1/questions/quotes", data=b"{}", timeout=10)  # noqa: S310
    gateway.close()
    lines = read(running, "/metrics").splitlines()
    for line in (
        'mt4_agent_connected{connection="direct"} 1',
        'mt4_agent_journal_sends{journal="own"} 1',
        'mt4_agent_queue{lane="command"} 0',
        'mt4_agent_answers_total{verb="change_balance",outcome="done"} 1',
        'mt4_agent_answers_total{verb="change_balance",outcome="not_sent"} 1',
        'mt4_agent_turned_away_total{reason="seal"} 1',
        "# TYPE mt4_agent_queue gauge",
        "# TYPE mt4_agent_connections_total counter",
    ):
        assert line in lines
    assert all(len(line.rsplit(" ", 1)) == 2 for line in lines)


def test_a_full_queue_says_busy_and_sends_nothing(script: Script, tmp_path: Path) -> None:
    let_go = threading.Event()
    script.before = lambda: let_go.wait(20) and None
    with an_agent(script, tmp_path, queue=2) as running:
        gateway = RemoteGateway(running.address)
        sending = [
            threading.Thread(target=deposit, args=(gateway, f"BO:{login}", login))
            for login in (1, 2, 3)
        ]
        sending[0].start()
        wait_until(lambda: script.sent == 1)
        for one in sending[1:]:
            one.start()
        try:
            wait_until(lambda: 'queue{lane="command"} 2' in read(running, "/metrics"))
            answer = said(lambda: deposit(gateway, "BO:4", 4))
            assert isinstance(answer, NotSent)
            assert answer.reason == "busy"
        finally:
            let_go.set()
            for one in sending:
                one.join()
        gateway.close()
    assert script.sent == len(script.booked) == 3


# A lost journal -----------------------------------------------------------------------------------


def test_a_new_journal_sends_nothing_until_two_people_confirm_it(
    script: Script, tmp_path: Path
) -> None:
    with an_agent(script, tmp_path, is_first=False) as running:
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        assert said(lambda: deposit(gateway)).reason == "journal"
        assert gateway.quotes()
        gateway.close_attempt(login=7, marker="BO:9", attempt=1)
        assert '"journal":"new"' in health(running)
        own = gateway.server_info().journal_id
        for wrong in (
            {"journal_id": "other", "by": "Ada", "second": "Grace"},
            {"journal_id": own, "by": "Ada", "second": "Ada "},
            {"journal_id": own, "by": "", "second": "Grace"},
        ):
            assert isinstance(said(lambda w=wrong: gateway.confirm_journal(**w)), BadMessage)
        assert said(lambda: deposit(gateway)).reason == "journal"
        gateway.confirm_journal(journal_id=own, by="Ada", second="Grace")
        assert deposit(gateway).ticket == 1
        gateway.close()
    with an_agent(script, tmp_path, is_first=False) as running:
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        assert gateway.server_info().journal_id == own
        assert deposit(gateway, "BO:2").ticket == 2  # confirmed stays confirmed
        assert said(lambda: deposit(gateway, "BO:9")).reason == "closed"
        gateway.close()


# MetaTrader's antiflood ---------------------------------------------------------------------------


def test_nobody_knocks_while_the_address_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("trading.gateway.agent.pauses.time.monotonic", lambda: now[0])
    block = FloodBlock()
    direct, pump = Pauses(8, block), Pauses(8, block)
    direct.attempted()
    direct.blocked()
    assert direct.wait() == pump.wait() == 310
    now[0] += 311
    assert (direct.wait(), pump.wait()) == (0, 0)
    pump.attempted()
    pump.blocked()
    assert direct.wait() == pump.wait() == 620  # each refusal may have made it longer
    for _ in range(9):
        pump.blocked()
    assert pump.wait() == 3610
    now[0] += 4000
    pump.held()
    assert direct.wait() == 0
    pump.blocked()
    assert direct.wait() == 310


def test_a_blocked_address_is_not_sent_from(script: Script, tmp_path: Path) -> None:
    made = script.direct

    def blocked() -> Any:
        direct = made()

        def connect() -> None:
            script.connections += 1
            raise BlockedError("the address is blocked")

        direct.connect = connect  # type: ignore[method-assign]
        return direct

    script.direct = blocked  # type: ignore[method-assign]
    with an_agent(script, tmp_path) as running:
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        for number in range(3):
            assert said(lambda n=number: deposit(gateway, f"BO:{n}")).reason == "unreachable"
        gateway.close()
    assert (script.connections, script.sent) == (1, 0)


def test_a_long_journal_is_written_anew_and_forgets_nothing(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trading.gateway.agent.journal.LONG_BYTES", 400)
    monkeypatch.setattr("trading.gateway.agent.app.LOOK_SECONDS", 0.1)
    with an_agent(script, tmp_path) as running:
        gateway = RemoteGateway(running.address, deadlines=SHORT)
        assert deposit(gateway).ticket
        wait_until(lambda: any(tmp_path.rglob("journal.2*")))
        again = said(lambda: deposit(gateway))
        assert isinstance(again, NotSent)
        assert again.reason == "seen"
        assert deposit(gateway, "BO:2").ticket
        assert '"journal":"ok"' in health(running)
