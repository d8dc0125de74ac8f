"""A real MariaDB of this worker, and one replica database a test."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.factories.market import NOON
from tests.factories.replica.mariadb import PASSWORD, READER, MariaDB, a_mariadb
from tests.factories.replica.report_server import ReportServer
from trading.gateway.replica.address import ReplicaAddress
from trading.gateway.replica.gateway import ReplicaGateway


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """The server; its start takes some seconds."""
    with a_mariadb() as server:
        yield server


@pytest.fixture
def replica(mariadb: MariaDB) -> Iterator[ReportServer]:
    """An empty replica that a reader may read, and nothing more."""
    with mariadb.connect() as session:
        report_server = ReportServer(session, f"replica_{secrets.token_hex(4)}")
        report_server.run(f"GRANT SELECT ON {report_server.database}.* TO {READER}")
        yield report_server
        report_server.run(f"DROP DATABASE {report_server.database}")


@pytest.fixture
def address(mariadb: MariaDB, replica: ReportServer) -> ReplicaAddress:
    """Where it is; its server's clock is two hours before UTC's."""
    return ReplicaAddress(
        server="demo-1",
        user=READER,
        password=PASSWORD,
        database=replica.database,
        socket=str(mariadb.socket),
        timezone="Etc/GMT-2",
    )


@pytest.fixture
def gateway(address: ReplicaAddress) -> Iterator[ReplicaGateway]:
    """The gateway to it, at noon."""
    made = ReplicaGateway(replace(address), now=lambda: NOON)
    yield made
    made.close()
