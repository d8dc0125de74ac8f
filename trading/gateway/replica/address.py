"""Where a replica is, and what its tables do not say of themselves."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaAddress:
    """A MySQL or MariaDB database that MetaTrader's report server or replication writes.

    `socket` is used instead of host and port where it is not empty. `timezone` is the IANA zone of
    the MetaTrader server's clock. `currency` stands for accounts whose table names none (older
    schemas). `stored_as` names the code page of texts that were stored byte by byte in a table that
    calls itself latin1; empty where the table's own character set is right.
    """

    server: str
    user: str
    database: str
    timezone: str
    host: str = ""
    port: int = 3306
    socket: str = ""
    password: str = field(default="", repr=False)
    currency: str = ""
    stored_as: str = ""
    encrypted: bool = False
