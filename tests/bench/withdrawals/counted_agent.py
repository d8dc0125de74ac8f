"""The agent in this process, over the demo's MetaTrader: it says how often it asks and flushes.

It is our agent; only the disk of its journal and its direct connection count what they do.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from backoffice.demo.children import wait_until
from trading.gateway import clock
from trading.gateway.agent import app
from trading.gateway.agent.config import read_config
from trading.gateway.agent.journal import Disk, Journal
from trading.gateway.agent.simulated.direct import SimulatedDirect
from trading.gateway.agent.simulated.engine import SimulatedEngine

START_SECONDS = 60.0


@dataclass
class Agent:
    """Where it listens, and what it did so far."""

    url: str
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # verb, arguments
    flushes: int = 0


@contextmanager
def counted(folder: Path, simulator: str, key_id: str, key: bytes) -> Iterator[Agent]:
    """Run it while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        agent = Agent(f"http://{host}:{port}")
        config = read_config(
            {
                "MT4_AGENT_LISTEN": f"{host}:{port}",
                "MT4_AGENT_KEYS": f"{key_id}={key.hex()}",
                "MT4_AGENT_JOURNAL": str(folder),
                "MT4_AGENT_ENGINE": "simulated",
                "MT4_AGENT_SIMULATOR": simulator,
                "MT4_AGENT_CLOCK_SKEW_MS": "500",
                "MT4_AGENT_CLOCK_ERROR_MS": "1",
                "MT4_AGENT_RECONNECT_SECONDS": "1",
            }
        )
        journal = Journal(folder, now=clock.now(), disk=_disk(agent))
        ours = app.Agent(config, _engine(agent, simulator), journal, stop=_stop)
        server = uvicorn.Server(uvicorn.Config(ours, lifespan="on", log_config=None))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            if not wait_until(lambda: bool(agent.asked), seconds=START_SECONDS):
                raise SystemExit("the counting agent does not reach MetaTrader")
            yield agent
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)
            journal.release()


def _disk(agent: Agent) -> Disk:
    class Counting(Disk):
        def sync(self, file: int) -> None:
            agent.flushes += 1
            super().sync(file)

    return Counting()


def _engine(agent: Agent, simulator: str) -> SimulatedEngine:
    class Direct(SimulatedDirect):
        def _call(self, verb: str, /, **arguments: Any) -> Any:
            agent.asked.append((verb, arguments))
            return super()._call(verb, **arguments)

    class Engine(SimulatedEngine):
        def direct(self) -> SimulatedDirect:
            return Direct(simulator)

    return Engine(simulator)


def _stop(sentence: str) -> None:
    raise SystemExit(sentence)
