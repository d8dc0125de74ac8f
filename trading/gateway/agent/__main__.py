"""Starts the agent: reads its settings, loads one engine, opens the journal, listens.

`python -m trading.gateway.agent [--faults SOCKET]`. A wrong setting, a held journal or a taken port
is one sentence and exit code 2; a journal that failed while running is exit code 3.
"""

import argparse
import os
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn

from trading.gateway import clock
from trading.gateway.agent.app import Agent
from trading.gateway.agent.config import Config, SettingError, read_config, set_up_logging
from trading.gateway.agent.engine import Engine
from trading.gateway.agent.journal import Journal, JournalError

_BACKLOG = 1024
FAULTY_ENGINES = ("simulated",)  # engines that reach no real MetaTrader


def load_engine(config: Config) -> Engine:
    """Return the engine that the settings name; only its module is imported."""
    from trading.gateway.agent.simulated.engine import SimulatedEngine

    return SimulatedEngine(config.simulator)


def listening_socket(config: Config) -> socket.socket:
    """Return the socket that the agent listens on; SettingError if the address is taken."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    # Named TCP, or asyncio lets Nagle's rule hold every second packet of an answer back for 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
        listener.listen(_BACKLOG)  # whoever reads that we listen may knock at once
    except OSError as wrong:
        listener.close()
        raise SettingError(
            f"MT4_AGENT_LISTEN {config.host}:{config.port} cannot be listened on: {wrong.strerror}."
        ) from wrong
    return listener


def serve(
    config: Config, listener: socket.socket, journal: Journal, door: Path | None = None
) -> int:
    """Serve until told to stop; return the exit code. At `door` faults of the wire are set."""
    failures: list[str] = []

    def stop(sentence: str) -> None:
        failures.append(sentence)
        server.should_exit = True

    agent: Any = Agent(config, load_engine(config), journal, stop=stop)
    if door is not None:
        from trading.gateway.agent.faults import FaultyWire

        agent = FaultyWire(agent, door)
    server = uvicorn.Server(
        uvicorn.Config(
            agent,
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=1024,  # readers of the stream have nothing to say
            ws_per_message_deflate=False,
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ssl_certfile=config.tls[0] if config.tls else None,
            ssl_keyfile=config.tls[1] if config.tls else None,
            timeout_graceful_shutdown=5,
        )
    )
    host, port = listener.getsockname()[:2]
    scheme = "https" if config.tls else "http"
    print(f"The agent listens on {scheme}://{host}:{port}", flush=True)
    server.run(sockets=[listener])
    if failures:
        print(failures[0], file=sys.stderr, flush=True)
    return 3 if failures else 0


def main() -> int:
    """Start the agent; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m trading.gateway.agent")
    parser.add_argument(
        "--faults", type=Path, metavar="SOCKET", help="for drills: let faults be set"
    )
    door: Path | None = parser.parse_args().faults
    try:
        config = read_config(os.environ)
        if door is not None and config.engine not in FAULTY_ENGINES:
            raise SettingError("--faults is for drills: no engine of a real MetaTrader takes it.")
        set_up_logging(config.log_level)
        journal = Journal(config.journal, now=clock.now(), is_first=config.accepts_new_journal)
        listener = listening_socket(config)
    except (SettingError, JournalError) as wrong:
        print(wrong, file=sys.stderr)
        return 2
    return serve(config, listener, journal, door)


if __name__ == "__main__":
    sys.exit(main())
