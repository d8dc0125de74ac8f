"""A MariaDB server of a test run: Debian's, started as our own child by an unprivileged user."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import pytest

from backoffice.demo.children import Guard, spawn, stop, wait_until
from backoffice.demo.postgres import owned_by_server, server_user
from tests.cluster import run_folder, worker_name

ABSENT = (
    "MARIADB ABSENT: mariadbd is not installed (on Debian: apt install mariadb-server), so this"
    " test proves nothing here"
)
START_SECONDS = 60
READER, PASSWORD = "reader", "only, reads@"  # what an address has to escape


@dataclass(frozen=True)
class MariaDB:
    """One server, reached by its socket."""

    socket: Path

    def connect(self, user: str = "root", **more: Any) -> Any:
        """Open a session; `root` may do everything."""
        told = {"unix_socket": str(self.socket), "charset": "utf8mb4", "autocommit": True}
        return pymysql.connect(user=user, **(told | more))


def need() -> str:
    """Return where mariadbd is; skip aloud without it, or fail when it is required."""
    found = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")
    if found:
        return found
    if os.environ.get("REQUIRE_TEST_DATA") == "1":
        pytest.fail(f"{ABSENT} (REQUIRE_TEST_DATA=1)", pytrace=False)
    pytest.skip(ABSENT)


@contextlib.contextmanager
def a_mariadb() -> Iterator[MariaDB]:
    """Make a data folder, start a server on it, and leave nothing behind."""
    program = need()
    folder = run_folder() / f"mariadb-{worker_name()}"
    folder.parent.mkdir(mode=0o711, exist_ok=True)
    owned_by_server(folder, 0o711)
    guard = Guard()
    guard.remove(folder)
    log = run_folder() / f"mariadb-{worker_name()}.log"
    try:
        _initialise(folder / "data", log)
        server = MariaDB(folder / "socket")
        child = _start(program, folder, log)
        guard.watch(child.pid)
        try:
            assert wait_until(lambda: _answers(server, child), seconds=START_SECONDS), log
            with server.connect() as root, root.cursor() as cursor:
                cursor.execute(f"CREATE USER {READER} IDENTIFIED BY '{PASSWORD}'")
            yield server
        finally:
            stop(child)
            guard.forget(child.pid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        guard.close()


def _initialise(data: Path, log: Path) -> None:
    command = [
        "mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
        "--auth-root-authentication-method=normal",
    ]  # fmt: skip
    # Two that are installed at once would take the same names of temporary tables in one folder.
    apart = os.environ | {"TMPDIR": str(data.parent)}
    child = spawn(command, log=log, as_user=server_user(), cwd=data.parent, env=apart)
    assert child.wait() == 0, log.read_text()


def _start(program: str, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    settings = {
        "datadir": folder / "data",
        "socket": folder / "socket",
        "pid-file": folder / "pid",
        "tmpdir": folder,
        "innodb-flush-log-at-trx-commit": 0,
        "innodb-buffer-pool-size": "64M",
        "character-set-server": "utf8mb4",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return spawn(
        [program, "--no-defaults", "--skip-networking", *options],
        log=log,
        as_user=server_user(),
        cwd=folder,
    )


def _answers(server: MariaDB, child: subprocess.Popen[bytes]) -> bool:
    assert child.poll() is None, "mariadbd ended while it started"
    try:
        server.connect().close()
    except pymysql.err.OperationalError:
        return False
    return True
