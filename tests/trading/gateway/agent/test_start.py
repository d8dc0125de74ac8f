"""The agent as a process: alone without Django, one a journal, one sentence for what is wrong."""

import asyncio
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.factories.agents import (
    KEY,
    ROOT,
    a_config,
    agent_environment,
    an_agent_process,
    start_python,
)
from trading.gateway.agent.__main__ import listening_socket

pytestmark = pytest.mark.processes

BLOCKED = """
import importlib.abc, runpy, sys

class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ImportError(name + " is not installed beside the MetaTrader server")

BLOCKED = {"django", "celery", "channels", "psycopg", "redis", "httpx", "httpcore", "numpy",
           "backoffice", "crm", "accounts"}
sys.meta_path.insert(0, Block())
runpy.run_module("trading.gateway.agent", run_name="__main__")
"""


def failed(environment: dict[str, str]) -> tuple[int, str]:
    """Start an agent that must not start; return its exit code and what it said."""
    line = [sys.executable, "-m", "trading.gateway.agent"]
    ended = subprocess.run(
        line, env=environment, cwd=ROOT, text=True, capture_output=True, timeout=60, check=False
    )
    return ended.returncode, ended.stderr.strip()


def test_it_starts_where_neither_django_nor_the_house_can_be_imported(tmp_path: Path) -> None:
    environment = agent_environment(tmp_path, tmp_path / "mt4")
    process = start_python("-c", BLOCKED, environment=environment, quiet=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        health = httpx.get(f"{url}/health", trust_env=False)
        assert health.status_code == 503  # there is no MetaTrader, and it says so
        assert health.json() == {
            "status": "degraded",
            "direct": "not connected",
            "pump": "not listening",
            "journal": "ok",
        }
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()


def test_what_has_no_seal_is_turned_away(tmp_path: Path) -> None:
    with an_agent_process(agent_environment(tmp_path, tmp_path / "mt4")) as (address, _):
        with httpx.Client(base_url=address.url, trust_env=False) as http:
            assert http.post("/v1/questions/quotes", content=b"{}").status_code == 401
            assert http.get("/").status_code == 401
            assert http.post("/v1/questions/quotes", content=b"x" * 70_000).status_code == 413
            answer = http.get("/health")
        assert KEY.hex() not in answer.text
        assert "x-seal-mac" not in answer.headers


def test_a_second_agent_on_one_journal_is_refused(tmp_path: Path) -> None:
    environment = agent_environment(tmp_path, tmp_path / "mt4")
    with an_agent_process(environment):
        code, said = failed(environment)
    assert code == 2
    assert said.startswith("Another agent holds the journal")
    assert "\n" not in said


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        changed = {"MT4_AGENT_LISTEN": address}
        code, said = failed(agent_environment(tmp_path, tmp_path / "mt4", **changed))
    assert code == 2
    assert said.startswith(f"MT4_AGENT_LISTEN {address} cannot be listened on")
    assert "\n" not in said


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    code, said = failed(agent_environment(tmp_path, tmp_path / "mt4", MT4_AGENT_ENGINE="magic"))
    assert (code, said) == (2, "MT4_AGENT_ENGINE must be one of simulated, not 'magic'.")


def test_no_half_of_an_answer_waits_for_the_receipt_of_the_other(tmp_path: Path) -> None:
    """Nagle's rule would hold an answer's body back until its head is acknowledged: 40 ms."""

    async def option() -> int:
        accepted: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        listener = listening_socket(a_config(tmp_path))
        where = listener.getsockname()[:2]
        async with await asyncio.start_server(lambda _, w: accepted.put_nowait(w), sock=listener):
            _, client = await asyncio.open_connection(*where)
            ours = await accepted.get()
            ours_socket = ours.get_extra_info("socket")
            told = ours_socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            client.close()
            ours.close()
        return int(told)

    assert asyncio.run(option()) != 0
