"""The processes of the product as the demo runs them; docs/how-to/run-for-real.md has the rest."""

import hashlib
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from backoffice.audit.calc import keyring
from backoffice.demo.broker import Broker
from backoffice.demo.children import spawn
from backoffice.demo.places import ROOT, Place
from backoffice.demo.postgres import Postgres, binaries
from backoffice.demo.redis import Redis
from backoffice.demo.supervisor import Process

PROVIDER = "cardly"  # the code of the one payment provider, simulated too
SERVER = "linden-live"  # the code of the one MetaTrader server that the demo has
DATABASE = "mt4bo"
COMMANDS = {
    "simulated MetaTrader": "-m trading.gateway.simulator --state {state} --socket {simulator}",
    "agent": "-m trading.gateway.agent",
    "payment provider": "-m accounts.providers.simulator --state {provider} "
    "--listen {host}:{provider_port} --drills",
    "web server": "-m granian --interface wsgi --workers 1 --blocking-threads 4 "
    "--respawn-failed-workers --log-level warning --host {host} --port {port} "
    "backoffice.wsgi:application",
    "socket server": "-m uvicorn --lifespan off --timeout-graceful-shutdown 3 --log-level warning "
    "--host {host} --port {live_port} backoffice.asgi:application",
    "feed": "manage.py run_feed",
    "worker": "-m celery -A backoffice.celery worker --concurrency 2 "
    "--without-mingle --without-gossip",
    "sequencer": "manage.py run_sequencer",
    "witness": "-m backoffice.audit.witness",
    "scheduler": "-m celery -A backoffice.celery beat --pidfile= --schedule {schedule}",
}
FAULT_DOORS = {"simulated MetaTrader": "--faults", "agent": "--faults {wire}"}
# What a developer's shell may say is not for the demo's processes.
_OURS = (
    "MT4_",
    "PAYMENT_",
    "PROVIDER_",
    "CALLBACK_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "DB_POOL",
    "STATIC_ROOT",
    "TRUSTED_PROXIES",
)


class Fleet:
    """Every process of one demo, and the environment that they share."""

    def __init__(
        self,
        place: Place,
        *,
        host: str,
        live_port: int,
        agent_port: int,
        provider_port: int,
        broker: Broker | None = None,
    ) -> None:
        """`broker` is what a new MetaTrader is filled with; None starts the one that is there."""
        self.place, self.broker = place, broker
        self.host, self.live_port, self.agent_port = host, live_port, agent_port
        self.provider_port = provider_port
        self.secrets = place.secrets()
        self.postgres = Postgres(
            programs=binaries(place.programs),
            data=place.cluster,
            sockets=place.sockets / "pg",
            log=place.logs / "postgresql.log",
        )
        self.redis = Redis(
            socket=place.sockets / "redis", log=place.logs / "redis.log", data=place.redis
        )

    @property
    def simulator(self) -> Path:
        """The socket of the simulated MetaTrader."""
        return self.place.sockets / "metatrader"

    @property
    def address(self) -> str:
        """What a person types into the browser."""
        return f"http://{self.host}:{self.place.port}"

    @property
    def agent_address(self) -> str:
        """Where the agent listens."""
        return f"http://127.0.0.1:{self.agent_port}"

    @property
    def provider_address(self) -> str:
        """Where the simulated payment provider listens, and the client's browser pays."""
        return f"http://{self.host}:{self.provider_port}"

    @property
    def provider_key(self) -> str:
        """What both sides sign with: made of the demo's own secret."""
        made = hashlib.sha256(f"provider {self.secrets['agent_key']}".encode())
        return f"demo:{made.hexdigest()}"

    def environment(self, **more: str) -> dict[str, str]:
        """What every process of ours is told."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        env |= {
            "DJANGO_SETTINGS_MODULE": "backoffice.settings.demo",
            "ENVIRONMENT": "demo",
            "SECRET_KEY": self.secrets["secret_key"],
            "DATABASE_URL": self.postgres.url("mt4bo_app", DATABASE),
            "REDIS_URL": self.redis.url,
            "LIVE_URL": f"ws://{self.host}:{self.live_port}/ws/",
            "SITE_URL": self.address,
            "ALLOWED_HOSTS": f"{self.host},127.0.0.1,localhost",
            "MT4_AGENT_KEYS": f"{SERVER}=demo:{self.secrets['agent_key']}",
            "PAYMENT_PROVIDERS": f"{PROVIDER}={self.provider_key}@{self.provider_address}",
            "STATIC_ROOT": str(self.place.static),
            "DEMO_SOCKETS": str(self.place.sockets),
            "DEMO_MAIL": str(self.place.mail),
            "PYTHONUNBUFFERED": "1",
        }
        return env | more

    def stores(self) -> list[Process]:
        """PostgreSQL and Redis."""
        return [
            Process(
                name="PostgreSQL server",
                start=self.postgres.start,
                ready=self.postgres.answers,
                log=self.postgres.log,
                stop_signal=signal.SIGINT,
                stop_seconds=20,
            ),
            Process(
                name="Redis server",
                start=self.redis.start,
                ready=self.redis.answers,
                log=self.redis.log,
            ),
        ]

    def market(self) -> list[Process]:
        """The simulated MetaTrader, the agent beside it, and the simulated payment provider."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        agent = {
            "MT4_AGENT_LISTEN": f"127.0.0.1:{self.agent_port}",
            "MT4_AGENT_KEYS": f"demo={self.secrets['agent_key']}",
            "MT4_AGENT_JOURNAL": str(self.place.journal),
            "MT4_AGENT_ENGINE": "simulated",
            "MT4_AGENT_NEW_JOURNAL": "accept",  # the demo's server has no past that could be lost
            "MT4_AGENT_SIMULATOR": str(self.simulator),
            "MT4_AGENT_CLOCK_SKEW_MS": "500",
            "MT4_AGENT_CLOCK_ERROR_MS": "1",  # one machine, one clock
            "MT4_AGENT_RECONNECT_SECONDS": "1",  # a simulated server counts no connections
        }
        return [
            self._python(
                "simulated MetaTrader",
                plain,
                partial(listens_on, self.simulator),
                self.broker.world if self.broker else (),
            ),
            self._python("agent", plain | agent, partial(listens, "127.0.0.1", self.agent_port)),
            self._python(
                "payment provider",
                plain | {"PROVIDER_KEY": self.provider_key},
                partial(listens, self.host, self.provider_port),
            ),
        ]

    def watchers(self) -> list[Process]:
        """Feed, web and sockets: they show what is there, and change no money."""
        env, pooled = self.environment(), self.environment(DB_POOL="1")
        return [
            self._python("feed", env),
            self._python("web server", pooled, partial(serves, f"{self.address}/")),
            self._python("socket server", env, partial(listens, self.host, self.live_port)),
        ]

    def workers(self) -> list[Process]:
        """Worker and scheduler: what happens by itself; and the audit log's two."""
        env = self.environment()
        return [self._python("worker", env), self._python("scheduler", env), *self.provers()]

    def provers(self) -> list[Process]:
        """Who numbers and signs the audit log, and who witnesses it: each its own role and key."""
        keys, origin = self.place.folder / "audit", "demo/audit"
        if not any(keys.glob("log-*.key")):
            keyring.make(keys, "log", "1")
        (key,) = keyring.load(keys, "log", origin)
        env = self.environment(
            DATABASE_URL=self.postgres.url("mt4bo_sequencer", DATABASE),
            AUDIT_KEYS=str(keys),
            AUDIT_ORIGIN=origin,
        )
        plain = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        plain["WITNESS_DATABASE_URL"] = self.postgres.url("mt4bo_witness", DATABASE)
        told = ["--folder", str(self.place.folder / "witness"), "--origin", origin]
        told += ["--log-key", key.public.fingerprint]
        return [self._python("sequencer", env), self._python("witness", plain, more=told)]

    def _python(
        self,
        name: str,
        env: Mapping[str, str],
        ready: Callable[[], bool] = lambda: True,
        more: Sequence[str] = (),
    ) -> Process:
        facts = {
            "state": self.place.simulator,
            "simulator": self.simulator,
            "wire": self.simulator.with_name("wire"),
            "host": self.host,
            "port": self.place.port,
            "live_port": self.live_port,
            "provider": self.place.folder / "provider.sqlite",
            "provider_port": self.provider_port,
            "schedule": self.place.folder / "beat",
        }
        words = COMMANDS[name].split()
        if os.environ.get("DEMO_FAULTS") == "1":  # for proofs only
            words += FAULT_DOORS.get(name, "").split()
        command = [sys.executable, *(part.format(**facts) for part in words), *more]
        log = self.place.logs / f"{name.replace(' ', '-').lower()}.log"
        start = partial(spawn, command, env=env, cwd=ROOT, log=log)
        return Process(name=name, start=start, ready=ready, log=log)


def listens(host: str, port: int) -> bool:
    """True when something accepts connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def listens_on(path: Path) -> bool:
    """True when something accepts connections on a unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def serves(address: str) -> bool:
    """True when the web server answers a page, whichever it is."""
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310  our own address
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
