"""What every test may use: PostgreSQL and Redis of this run, the shared test data, no network.

- `db` (pytest-django): a transaction on this worker's database, rolled back after the test.
- `fresh_database`: a database of its own, copied from the template and dropped; for tests that
  commit, use threads or start processes. Django's connection points to it meanwhile.
- `redis_server`: this worker's server, emptied before the test.
- `shared_data`: the folder ../shared/data.

A test that leaves settings, gateways or payment providers otherwise than it found them fails.
"""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from backoffice.core.runtime import memory
from backoffice.demo.children import Guard, stop
from backoffice.demo.redis import Redis
from tests.cluster import OWNER, ROOT, Cluster, Database, redis_of_worker, run_folder
from tests.standing import Standing
from tests.template import Kept
from tests.together import Together

CLUSTER = pytest.StashKey[Cluster]()
STANDING = pytest.StashKey[Standing]()
SHARED_DATA = ROOT.parent / "shared" / "data"
ABSENT = f"TEST DATA ABSENT: {SHARED_DATA} is not there, so this test proves nothing here"


def _aim(database: Database, user: str) -> None:
    """Point Django's default connection, in every thread, to a database of the run."""
    connections["default"].close()
    pool = getattr(connections["default"], "close_pool", None)
    if pool is not None:
        pool()
    place = {"NAME": database.name, "HOST": str(database.cluster.sockets), "USER": user}
    connections.settings["default"].update(place | {"PORT": "", "PASSWORD": ""})


def _start(config: pytest.Config) -> None:
    """Start the run's cluster, with a template that the owner migrated now or in an earlier run."""
    cluster, kept = Cluster(run_folder()), Kept(config)
    config.stash[CLUSTER] = cluster
    try:
        cluster.make()
        is_kept = kept.restore(cluster.postgres.data)
        cluster.start()
        if not is_kept:
            with config.stash[blocking_manager_key].unblock():
                _aim(cluster.template, OWNER)
                call_command("migrate", verbosity=0, interactive=False)
                connections["default"].close()
            cluster.rest()
            kept.keep(cluster.postgres.data)
            cluster.start()
    except BaseException:
        cluster.stop()
        raise


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_sessionstart(session: pytest.Session) -> None:
    """The controller of a parallel run starts the cluster before its workers ask for it."""
    config = session.config
    parallel = config.getoption("numprocesses", None) and not config.option.collectonly
    if parallel and not _is_worker(config):
        _start(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    """What shares a demo, or the source it reads, stays together."""
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Set aside what was loaded: a tenth of a run's work was looking through it for garbage."""
    memory.set_aside()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whoever started the cluster stops it."""
    cluster = config.stash.get(CLUSTER, None)
    if cluster is not None:
        cluster.stop()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test of the shared data is skipped aloud without it, or fails when it is required."""
    if item.get_closest_marker("shared_data"):
        _need_shared_data()


@pytest.hookimpl(wrapper=True, tryfirst=True)  # the last word, when its fixtures cleared away
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Whoever leaves something behind is told, and the next test finds it put back."""
    try:
        yield
    finally:
        standing = item.config.stash.get(STANDING, None)
        left = standing.put_back() if standing is not None else []
    if left:
        pytest.fail(f"left behind: {', '.join(left)}", pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def _standing(request: pytest.FixtureRequest, django_test_environment: None) -> Iterator[None]:
    """What every test is held against; the last one here, before the session clears away."""
    request.config.stash[STANDING] = standing = Standing()
    yield
    del request.config.stash[STANDING]
    left = standing.put_back()
    assert not left, f"left behind: {', '.join(left)}"


def _need_shared_data() -> Path:
    if SHARED_DATA.is_dir():
        return SHARED_DATA
    if os.environ.get("REQUIRE_TEST_DATA") == "1":
        pytest.fail(f"{ABSENT} (REQUIRE_TEST_DATA=1)", pytrace=False)
    pytest.skip(ABSENT)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of captured statements and prices, read in place."""
    return _need_shared_data()


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """This run's PostgreSQL, its template migrated."""
    config = request.config
    if _is_worker(config):
        return Cluster(run_folder())
    if CLUSTER not in config.stash:
        _start(config)
    return config.stash[CLUSTER]


@pytest.fixture(scope="session")
def django_db_setup(
    cluster: Cluster, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Instead of pytest-django's own: a copy of the template, entered as the application."""
    database = cluster.create("worker")
    with django_db_blocker.unblock():
        _aim(database, "mt4bo_app")


@pytest.fixture
def fresh_database(
    request: pytest.FixtureRequest,
    cluster: Cluster,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Database]:
    """A database of the test's own, committed to for real and dropped afterwards."""
    if request.node.get_closest_marker("django_db"):
        pytest.fail("fresh_database commits: take the django_db mark away", pytrace=False)
    before = dict(connections.settings["default"])
    database = cluster.create("fresh")
    with django_db_blocker.unblock():
        _aim(database, "mt4bo_app")
        yield database
        _aim(database, "mt4bo_app")  # closes what the test left open
        connections.settings["default"].update(before)
    cluster.drop(database)


@pytest.fixture(scope="session")
def _redis_of_worker() -> Iterator[Redis]:
    server, guard = redis_of_worker(), Guard()
    if not run_folder().exists():  # a run without PostgreSQL
        run_folder().mkdir(mode=0o711)
        guard.remove(run_folder())
    child = server.start()
    guard.watch(child.pid)
    try:
        server.wait(child)
        yield server
    finally:
        stop(child)
        guard.forget(child.pid)
        guard.close()


@pytest.fixture
def redis_server(_redis_of_worker: Redis) -> Redis:
    """This worker's Redis (`.url`, `.socket`), empty; settings.REDIS_URL names it."""
    with redis.Redis(unix_socket_path=str(_redis_of_worker.socket)) as client:
        client.flushall()
    return _redis_of_worker


def _is_near(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Tests speak to this machine only."""
    with pytest.MonkeyPatch.context() as patch:
        real = socket.socket.connect

        def connect(self: socket.socket, address: Any) -> None:
            if not _is_near(address):
                raise AssertionError(f"a test tried to reach {address}: tests use no network")
            real(self, address)

        patch.setattr(socket.socket, "connect", connect)
        yield
