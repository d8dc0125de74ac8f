"""Every engine of the gateway under test, each behind its real agent: what contract tests run on.

An engine gives a `Bench`: the gateway that is asked and told, and what else the tests need of the
server behind it. A new engine joins the table `ENGINES`, and every contract test runs on it.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.factories.agents import agent_environment, an_agent_process, wait_until
from tests.factories.simulator import Line, running
from trading.gateway import wire
from trading.gateway.errors import Unavailable
from trading.gateway.remote.gateway import RemoteGateway
from trading.terms import GroupSecurity, ManagerAccount

#: Seconds a call may take: what is proved here is what is answered, not how soon.
PATIENT = dict.fromkeys(("trade", "read", "change", "history"), 60)


class Recorded:
    """A gateway that remembers which of its verbs were called."""

    def __init__(self, gateway: RemoteGateway) -> None:
        self._gateway = gateway
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.called.add(name)
        return getattr(self._gateway, name)


@dataclass
class Bench:
    """One engine at work. `stage` is the stage door of a simulated server; None of a real one."""

    gateway: Any
    stage: Line | None

    def set_quote(self, symbol: str, bid: str, ask: str) -> None:
        """Move a price."""
        assert self.stage is not None
        self.stage.result("set_quote", symbol=symbol, bid=bid, ask=ask)

    def copy_group(self, group: str, name: str) -> None:
        """Make another group with the same settings."""
        assert self.stage is not None
        self.stage.result("copy_group", group=group, name=name)

    def set_security(self, group: str, security: GroupSecurity) -> None:
        """Say what a group may trade of a security group."""
        assert self.stage is not None
        plain = wire.encode(GroupSecurity, security)
        self.stage.result("set_security", group=group, security=plain)

    def sign_in(self, login: int, ip: str) -> None:
        """Let a client's terminal connect."""
        assert self.stage is not None
        self.stage.result("sign_in", login=login, ip=ip)

    def sign_out(self, login: int) -> None:
        """Let a client's terminal go."""
        assert self.stage is not None
        self.stage.result("sign_out", login=login)

    def end_day(self) -> None:
        """End the server's day now, and wait until the server is open again."""
        stage = self.stage
        assert stage is not None
        stage.result("run_end_of_day", seconds=0)
        wait_until(lambda: not stage.result("status")["closed_window"], seconds=30)

    def put_manager(self, manager: ManagerAccount) -> None:
        """Write a manager account."""
        assert self.stage is not None
        self.stage.result("put_manager", manager=wire.encode(ManagerAccount, manager))


@contextlib.contextmanager
def simulated() -> Iterator[Bench]:
    """The simulated MetaTrader, a process, with a held market; its agent is a process too."""
    folder = Path(tempfile.mkdtemp(prefix="mt4-", dir="/tmp"))
    line = ("--seed", "7", "--accounts", "5", "--days", "2", "--hold-prices", "--no-terminals")
    try:
        with (
            running(folder, *line) as server,
            an_agent_process(agent_environment(folder, folder / "mt4")) as (address, _),
        ):
            gateway = RemoteGateway(address, deadlines=PATIENT)
            wait_until(lambda: _answers(gateway), seconds=60)
            server.control().result("end_of_day", at="23:59", seconds=0)
            yield Bench(Recorded(gateway), server.control())
            gateway.close()
    finally:
        shutil.rmtree(folder)


def _answers(gateway: RemoteGateway) -> bool:
    try:
        gateway.server_info()
    except Unavailable:
        return False
    return True


ENGINES: dict[str, Callable[[], AbstractContextManager[Bench]]] = {"simulated": simulated}
