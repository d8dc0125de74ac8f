"""The whole way: remote client, agent process, simulated MetaTrader process."""

import asyncio
import contextlib
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.factories.agents import (
    ROOT,
    a_passage,
    agent_environment,
    an_agent_process,
    start_python,
    wait_until,
)
from trading.gateway import clock
from trading.gateway.errors import NotSent, Refused, Unavailable
from trading.gateway.port import NewAccount, News, ServerAddress
from trading.gateway.remote.gateway import RemoteGateway
from trading.terms import BalanceKind, Cmd, Quote

pytestmark = pytest.mark.processes


@contextlib.contextmanager
def metatrader(folder: Path) -> Iterator[Any]:
    """A simulated MetaTrader with a held market, its state kept in the folder."""
    line = ["--state", f"{folder}/state", "--socket", f"{folder}/mt4", "--seed", "7"]
    line += ["--accounts", "5", "--days", "2", "--hold-prices", "--no-terminals"]
    environment = {"PYTHONPATH": str(ROOT)}
    line = ["-m", "trading.gateway.simulator", *line]
    process = start_python(*line, environment=environment, quiet=True)
    wait_until(lambda: (folder / "mt4").exists() or process.poll() is not None)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@dataclass
class Whole:
    """The three of them."""

    gateway: RemoteGateway
    folder: Path
    agent: Any
    metatrader: Any


@pytest.fixture(scope="module")
def whole() -> Iterator[Whole]:
    folder = Path(tempfile.mkdtemp(prefix="mt4-", dir="/tmp"))
    environment = agent_environment(folder, folder / "mt4")
    with metatrader(folder) as server, an_agent_process(environment) as (address, agent):
        gateway = RemoteGateway(address)
        wait_until(lambda: is_well(address))
        yield Whole(gateway, folder, agent, server)
        gateway.close()
    shutil.rmtree(folder)


def is_there(gateway: RemoteGateway) -> bool:
    try:
        gateway.server_info()
    except Unavailable:
        return False
    return True


def is_well(address: ServerAddress) -> bool:
    """Whether both connections to MetaTrader stand: the one that is asked, and the pump."""
    return httpx.get(f"{address.url}/health", trust_env=False).status_code == 200


def quote(gateway: RemoteGateway, symbol: str) -> Quote:
    return next(quote for quote in gateway.quotes() if quote.symbol == symbol)


def test_every_question_has_its_answer(whole: Whole) -> None:
    gateway = whole.gateway
    info = gateway.server_info()
    assert (info.name, info.timezone) == ("Live-1", "Europe/Athens")
    assert len(info.journal_id) == 32
    logins = gateway.logins()
    page = gateway.accounts()
    assert tuple(record.login for record in page.records) == logins
    assert (len(logins), page.next_cursor) == (5, "")
    assert gateway.symbols()
    assert gateway.groups()
    trades = gateway.trades().records
    assert {trade.ticket for trade in gateway.open_trades()} == {
        trade.ticket for trade in trades if trade.is_open
    }
    login = logins[0]
    start, end = clock.now() - timedelta(days=30), clock.now() + timedelta(days=1)
    closed = gateway.history(login=login, start=start, end=end)
    assert closed
    assert {trade.login for trade in closed} == {login}
    assert gateway.margin(login=login).login == login


def test_a_login_that_is_not_there_is_refused(whole: Whole) -> None:
    with pytest.raises(Refused) as no:
        whole.gateway.margin(login=1)
    assert no.value.code == 65


def test_money_moves_once(whole: Whole) -> None:
    gateway, login = whole.gateway, whole.gateway.logins()[0]
    before = gateway.margin(login=login).balance
    order: dict[str, Any] = {"login": login, "amount": Decimal("25.50"), "comment": ""}
    order |= {"kind": BalanceKind.BALANCE, "passage": a_passage("BO:IN")}
    done = gateway.change_balance(**order)
    assert done.record is not None
    assert (done.record.profit, done.record.comment) == (Decimal("25.50"), "BO:IN")
    with pytest.raises(NotSent):
        gateway.change_balance(**order)
    assert gateway.margin(login=login).balance == before + Decimal("25.50")


def test_credit_in_wants_its_future(whole: Whole) -> None:
    login = whole.gateway.logins()[0]
    order: dict[str, Any] = {"login": login, "amount": Decimal(5), "comment": ""}
    order["kind"] = BalanceKind.CREDIT
    with pytest.raises(Refused) as no:
        whole.gateway.change_balance(passage=a_passage("BO:C1"), **order)
    assert no.value.code == 3
    expires_at = clock.now() + timedelta(days=30)
    passage = a_passage("BO:C2")
    done = whole.gateway.change_balance(passage=passage, expires_at=expires_at, **order)
    assert done.record is not None
    assert done.record.cmd is Cmd.CREDIT


def test_an_account_is_opened(whole: Whole) -> None:
    group = whole.gateway.groups()[0].name
    account = NewAccount(
        group=group, name="Ada", leverage=100, password="Secret1", investor_password="Secret2"
    )
    done = whole.gateway.open_account(passage=a_passage("ACC"), account=account)
    assert done.login in whole.gateway.logins()
    with pytest.raises(NotSent) as no:
        whole.gateway.open_account(passage=a_passage("ACC"), account=account)
    assert no.value.reason == "seen"


def test_a_trade_lives_and_ends(whole: Whole) -> None:
    gateway, login = whole.gateway, whole.gateway.logins()[0]
    price = quote(gateway, "EURUSD")
    opened = gateway.open_trade(
        passage=a_passage("T1"), login=login, cmd=Cmd.BUY, symbol="EURUSD",
        volume_hundredths=20, price=price.ask,
    )  # fmt: skip
    stop = price.bid - Decimal("0.01000")
    changed = gateway.modify_trade(
        passage=a_passage("T2"), login=login, ticket=opened.ticket, price=price.ask,
        stop_loss=stop, take_profit=Decimal(0),
    )  # fmt: skip
    assert changed.record is not None
    assert changed.record.stop_loss == stop
    closed = gateway.close_trade(
        passage=a_passage("T3"), login=login, ticket=opened.ticket, volume_hundredths=10,
        price=price.bid,
    )  # fmt: skip
    assert closed.record is not None
    assert (closed.record.is_open, closed.record.volume_hundredths) == (False, 10)
    rest = [t for t in gateway.open_trades() if t.comment == f"from #{opened.ticket}"]
    assert [trade.volume_hundredths for trade in rest] == [10]


async def heard_until(gateway: RemoteGateway, kinds: set[str], *, resume_after: int) -> list[News]:
    heard: list[News] = []
    stream = gateway.stream(resume_after=resume_after)
    async with asyncio.timeout(20), contextlib.aclosing(stream):
        async for news in stream:
            heard.append(news)
            if kinds <= {item.kind for item in heard}:
                return heard
    raise AssertionError("the stream ended")


def test_the_stream_tells_and_resumes(whole: Whole) -> None:
    gateway, login = whole.gateway, whole.gateway.logins()[0]
    first = asyncio.run(heard_until(gateway, {"snapshot_start"}, resume_after=0))[-1]
    done = gateway.change_balance(
        passage=a_passage("BO:S1"), login=login, kind=BalanceKind.BALANCE,
        amount=Decimal(1), comment="",
    )  # fmt: skip
    news = asyncio.run(heard_until(gateway, {"trade_close", "account"}, resume_after=first.number))
    numbers = [item.number for item in news if item.kind != "ping"]
    assert numbers == sorted(set(numbers))
    closed = next(item for item in news if item.kind == "trade_close")
    assert closed.trade is not None
    assert (closed.trade.ticket, closed.trade.login) == (done.ticket, login)
    old = asyncio.run(heard_until(gateway, {"gap"}, resume_after=1))
    assert [item.kind for item in old] == ["gap"]


def test_metatrader_dies_and_comes_back(whole: Whole) -> None:
    gateway = whole.gateway
    number = gateway.server_info().connection_number
    last = asyncio.run(heard_until(gateway, {"snapshot_start"}, resume_after=0))[-1].number
    whole.metatrader.send_signal(signal.SIGKILL)
    whole.metatrader.wait()
    wait_until(lambda: not is_there(gateway))
    (whole.folder / "mt4").unlink(missing_ok=True)
    with metatrader(whole.folder):
        wait_until(lambda: is_there(gateway))
        assert gateway.server_info().connection_number > number
        heard = asyncio.run(heard_until(gateway, {"gap", "start"}, resume_after=last))
        assert [i.kind for i in heard if i.kind in ("stop", "gap", "start")] == [
            "stop",
            "gap",
            "start",
        ]


def test_the_agent_dies_and_its_journal_knows(whole: Whole) -> None:
    """Runs last: afterwards the module's agent is dead."""
    folder = whole.folder
    with metatrader(folder):
        wait_until(lambda: is_there(whole.gateway))
        login = whole.gateway.logins()[0]
        order: dict[str, Any] = {"login": login, "amount": Decimal(3), "comment": ""}
        order |= {"kind": BalanceKind.BALANCE, "passage": a_passage("BO:KILL")}
        done = whole.gateway.change_balance(**order)
        journal_id = whole.gateway.server_info().journal_id
        whole.agent.send_signal(signal.SIGKILL)
        whole.agent.wait()
        with pytest.raises(NotSent) as away:
            whole.gateway.change_balance(**order | {"passage": a_passage("BO:AWAY")})
        assert away.value.reason == "unreachable"
        with an_agent_process(agent_environment(folder, folder / "mt4")) as (address, _):
            again = RemoteGateway(address)
            wait_until(lambda: is_there(again))
            with pytest.raises(NotSent) as seen:
                again.change_balance(**order)
            assert seen.value.reason == "seen"
            assert again.server_info().journal_id == journal_id
            start, end = clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)
            found = again.find_marker(login=login, marker="BO:KILL", start=start, end=end)
            assert [record.ticket for record in found] == [done.ticket]
            again.close()
