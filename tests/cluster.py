"""What a test run owns: one PostgreSQL cluster, a migrated template database, Redis servers.

The run's folder is named in `MT4BO_TEST_RUN` (backoffice/settings/test.py), so every xdist worker
finds the cluster that the controller started. Nothing outlives the run, even when it is killed.
"""

import os
import secrets
import signal
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql

from backoffice.demo.children import Guard, stop
from backoffice.demo.postgres import SUPERUSER, Postgres, binaries, owned_by_server
from backoffice.demo.redis import Redis

ROOT = Path(__file__).resolve().parent.parent
PROVISION = ROOT / "backoffice" / "core" / "provision.sql"
#: The migrated database, of which all others are copies; a demo under test is given it as it is.
TEMPLATE = "mt4bo"
APP, OWNER = "mt4bo_app", "mt4bo_owner"


def run_folder() -> Path:
    """The short folder of this run, shared by its workers."""
    return Path(os.environ["MT4BO_TEST_RUN"])


def worker_name() -> str:
    """The name of this xdist worker, or "main"."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@dataclass(frozen=True)
class Database:
    """A database of this run."""

    name: str
    cluster: Postgres

    @property
    def url(self) -> str:
        """DATABASE_URL as the application."""
        return self.cluster.url(APP, self.name)

    @property
    def owner_url(self) -> str:
        """DATABASE_URL as the owner, who migrates."""
        return self.cluster.url(OWNER, self.name)

    @property
    def superuser_url(self) -> str:
        """As PostgreSQL's superuser."""
        return self.cluster.url(SUPERUSER, self.name)

    def connect(self, user: str = APP) -> psycopg.Connection:
        """A plain session in autocommit."""
        return psycopg.connect(
            host=str(self.cluster.sockets), dbname=self.name, user=user, autocommit=True
        )


class Cluster:
    """The run's PostgreSQL, seen by the controller and by every worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard: Guard | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @cached_property
    def postgres(self) -> Postgres:
        """Where the cluster is."""
        return Postgres(
            programs=binaries(self.folder),
            data=self.folder / "data",
            sockets=self.folder / "pg",
            log=self.folder / "postgres.log",
            durable=False,
        )

    def make(self) -> None:
        """Make the folder of the run; a guard removes it after us."""
        self.folder.mkdir(mode=0o711, exist_ok=True)
        self._guard = Guard()
        self._guard.remove(self.folder)
        owned_by_server(self.folder / "pg")

    def start(self) -> None:
        """Start the cluster as our child, provisioned; a kept one is as it was."""
        is_new = not self.postgres.data.exists()
        self.postgres.initialise()
        self._child = self.postgres.start()
        if self._guard is not None:
            self._guard.watch(self._child.pid)
        self.postgres.wait(self._child)
        if is_new:
            self._provision()

    def rest(self) -> None:
        """Stop the server cleanly; its folder stays, and `start` goes on from it."""
        if self._child is not None:
            stop(self._child, number=signal.SIGINT)
            self._child = None

    def _provision(self) -> None:
        with self._superuser("postgres") as session:
            session.execute(f"CREATE DATABASE {TEMPLATE}")
        with self._superuser(TEMPLATE) as session:
            session.execute(PROVISION.read_bytes())

    def _superuser(self, database: str) -> psycopg.Connection:
        return Database(database, self.postgres).connect(SUPERUSER)

    @property
    def template(self) -> Database:
        """The migrated database that all others are copied from."""
        return Database(TEMPLATE, self.postgres)

    def create(self, stem: str) -> Database:
        """A new database, a copy of the template."""
        name = f"{stem}_{secrets.token_hex(4)}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(TEMPLATE), sql.Identifier(OWNER)
        )
        with self._superuser("postgres") as session:
            session.execute(command)
        with self._superuser(name) as session:
            session.execute(PROVISION.read_bytes())  # grants on a database are not copied
        return Database(name, self.postgres)

    def drop(self, database: Database) -> None:
        """Drop a database with whoever is still in it."""
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        with self._superuser("postgres") as session:
            session.execute(command.format(sql.Identifier(database.name)))

    def stop(self) -> None:
        """Stop at once (the rows are worth nothing) and remove the folder."""
        if self._child is not None:
            stop(self._child, number=signal.SIGQUIT)
            self._child = None
        if self._guard is not None:
            self._guard.close()


def redis_of_worker() -> Redis:
    """The Redis server of this worker: channels know no databases, so each has its own."""
    name = f"redis-{worker_name()}"
    return Redis(socket=run_folder() / name, log=run_folder() / f"{name}.log")
