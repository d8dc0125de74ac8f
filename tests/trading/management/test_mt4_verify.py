"""`manage.py mt4_verify`: what it prints, and its exit code."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backoffice.settings.env import AgentKey
from tests.factories.market import NOON, a_record, a_trade
from tests.factories.servers import MemoryGateway, a_server
from trading.actions import sync
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import Position, TradingAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(settings: Any) -> Iterator[MemoryGateway]:
    """One account with one open ticket."""
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    memory = MemoryGateway()
    memory.account_list = [a_record(1)]
    memory.put(a_trade(1, 1))
    registry.register(lambda address: memory)
    yield memory
    registry.register(RemoteGateway)


def said(*line: str) -> list[str]:
    """Run the command; return what it printed."""
    out = StringIO()
    call_command("mt4_verify", "--patience", "0", *line, stdout=out)
    return out.getvalue().splitlines()


def test_the_exit_code_is_the_verdict(gateway: MemoryGateway) -> None:
    """0 without a difference; 1 with one, which is printed; mended it is 0 again."""
    server = a_server()
    sync.sync_server(server_id=server.pk, now=NOON, full=True)
    assert said("--server", "demo-1")[-1].startswith("demo-1: 0 differences in ")

    Position.objects.update(swap=3)
    TradingAccount.objects.update(city="Elsewhere")
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("mt4_verify", "--patience", "0", stdout=out)
    assert end.value.code == 1
    first, second, *_, verdict = out.getvalue().splitlines()
    assert first.split() == ["accounts", "1", "city", "ours", "'Elsewhere'", "theirs", "''"]
    assert second.split() == ["open", "tickets", "1", "swap", "ours", "3", "theirs", "0"]
    assert verdict.startswith("demo-1: 2 differences in ")

    assert said("--repair")[-1].startswith("demo-1: 0 differences, 2 mended in ")


def test_bad_input_is_one_sentence(gateway: MemoryGateway, settings: Any) -> None:
    """An unknown server, no server at all, one without a key, one that does not answer."""
    with pytest.raises(CommandError, match="No MetaTrader server is registered"):
        said()
    a_server()
    with pytest.raises(CommandError, match=r"There is no server nowhere; there are: demo-1\."):
        said("--server", "nowhere")
    gateway.fails = {"symbols"}
    for sentence in ("The agent at 127.0.0.1:1 does not answer.", "MT4_AGENT_KEYS holds no key"):
        out = StringIO()
        with pytest.raises(SystemExit) as end:
            call_command("mt4_verify", stdout=out)
        assert end.value.code == 1
        assert out.getvalue().startswith(f"demo-1: not compared: {sentence}")
        assert len(out.getvalue().splitlines()) == 1
        settings.MT4_AGENT_KEYS = {}
