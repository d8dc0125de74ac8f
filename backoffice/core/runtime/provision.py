"""Makes the database and its roles, as a superuser, once, before the first migration."""

from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

SCRIPT = Path(__file__).parents[1] / "provision.sql"
ROLES = ("mt4bo_owner", "mt4bo_app", "mt4bo_sequencer")  # those that log in


def provision(
    superuser_url: str, *, database: str, passwords: Mapping[str, str] | None = None
) -> None:
    """Make the database unless it is there, then roles, rights and extensions; safe to run again.

    `passwords` by role; a role without one keeps what it has (a local cluster trusts its sockets).
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    with psycopg.connect(make_conninfo(superuser_url, dbname=database)) as connection:
        connection.execute(SCRIPT.read_bytes())
        for role, password in (passwords or {}).items():
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), password)
            )
