"""Where a demo keeps its things: one folder per port, a short one for sockets, a lock."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import socket
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

from backoffice.demo.errors import DemoError
from backoffice.demo.postgres import owned_by_server, reachable, server_user

ROOT = Path(__file__).resolve().parent.parent.parent
# Where root keeps a cluster whose owner, `nobody`, cannot walk to the checkout.
_SYSTEM = Path("/var/lib/mt4-backoffice-demo")


def _home() -> Path:
    """`.demo` in the checkout, or a folder of the user's where that cannot be written.

    DEMO_DATA names another one.
    """
    if os.environ.get("DEMO_DATA"):
        return Path(os.environ["DEMO_DATA"]).resolve()
    inside = ROOT / ".demo"
    if os.access(inside if inside.exists() else ROOT, os.W_OK):
        return inside
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return state / "mt4-backoffice" / hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]


class Place:
    """The folders of the demo on one port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.folder = _home() / str(port)
        self._lock: int | None = None

    @property
    def logs(self) -> Path:
        """What the processes say."""
        return self.folder / "logs"

    @property
    def mail(self) -> Path:
        """The letters that the demo sends, one file each."""
        return self.folder / "mail"

    @property
    def simulator(self) -> Path:
        """The simulated MetaTrader's state."""
        return self.folder / "metatrader"

    @property
    def has_market(self) -> bool:
        """True when a simulated MetaTrader was made here."""
        return any(self.simulator.glob("*.sqlite3"))

    @property
    def journal(self) -> Path:
        """The agent's journal."""
        return self.folder / "agent"

    @property
    def redis(self) -> Path:
        """Redis's snapshot."""
        return self.folder / "redis"

    @property
    def static(self) -> Path:
        """Empty: the demo serves static files from where they are written."""
        return self.folder / "static"

    @cached_property
    def cluster(self) -> Path:
        """PostgreSQL's own folder, which its user can reach."""
        if server_user() is None or reachable(self.folder):
            return self.folder / "postgres"
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return _SYSTEM / name

    @property
    def programs(self) -> Path:
        """PostgreSQL's programs, where its user cannot reach those of the environment."""
        return self.cluster.with_name(f"{self.cluster.name}-programs")

    @cached_property
    def sockets(self) -> Path:
        """A short folder that lives as long as this run."""
        folder = tempfile.mkdtemp(prefix="mt4bo-")
        if len(folder) > 80:  # a socket's path may hold 107 bytes
            os.rmdir(folder)
            folder = tempfile.mkdtemp(prefix="mt4bo-", dir="/tmp")
        os.chmod(folder, 0o711)  # noqa: S103  PostgreSQL's user walks through it
        return Path(folder)

    def make(self) -> None:
        """Make the folders."""
        for folder in (self.logs, self.simulator, self.journal, self.redis, self.static):
            folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755 if server_user() else 0o700)
        self.secrets_file.touch(mode=0o600)
        if self.cluster.parent == _SYSTEM:
            _SYSTEM.mkdir(mode=0o711, parents=True, exist_ok=True)
        owned_by_server(self.cluster)
        owned_by_server(self.sockets / "pg", 0o700)

    @property
    def secrets_file(self) -> Path:
        """Keys, and the staff's passwords and second factors; made once, for this user's eyes."""
        return self.folder / "secrets.json"

    def secrets(self) -> dict[str, Any]:
        """What was made once for this demo."""
        text = self.secrets_file.read_text() if self.secrets_file.exists() else ""
        if text:
            return json.loads(text)
        made = {"secret_key": secrets.token_urlsafe(60), "agent_key": secrets.token_hex(32)}
        return self.remember(made)

    def remember(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Write the secrets, whole or not at all."""
        half = self.secrets_file.with_suffix(".half")
        half.touch(mode=0o600)
        half.write_text(json.dumps(facts, indent=1))
        half.replace(self.secrets_file)
        return facts

    def usual_port(self, name: str, host: str) -> int:
        """The port of the last start, if it is free: open pages find their socket again."""
        facts = self.secrets()
        before = facts.get(name)
        if before is None or not is_free(host, before):
            facts[name] = free_port(host)
            self.remember(facts)
        return int(facts[name])

    def is_running(self) -> bool:
        """True when a demo holds this place."""
        if not self.folder.exists():
            return False
        try:
            self.lock()
        except DemoError:
            return True
        self.unlock()
        return False

    def lock(self) -> None:
        """Hold this place until we die; DemoError when another demo holds it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise DemoError(
                f"A demo already runs on port {self.port}: stop it first, or start another beside "
                f"it with `make demo PORT={self.port + 1}`."
            ) from None
        self._lock = lock

    def unlock(self) -> None:
        """Let another demo have this place."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def reset(self) -> bool:
        """Throw everything away; False when there was nothing."""
        if not self.folder.exists():
            return False
        self.lock()
        for folder in (self.cluster, self.programs):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self.folder)
        self.unlock()
        return True


def need_free_port(host: str, port: int) -> None:
    """DemoError when another program listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise DemoError(
                f"Port {port} is reserved for root: choose another, for example "
                "`make demo PORT=8080`."
            ) from None
        except OSError:
            raise DemoError(
                f"Port {port} is taken by another program: choose another, for example "
                f"`make demo PORT={port + 1}`."
            ) from None


def is_free(host: str, port: int) -> bool:
    """True when nobody listens there."""
    try:
        need_free_port(host, port)
    except DemoError:
        return False
    return True


def free_port(host: str) -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
