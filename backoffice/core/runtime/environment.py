"""Are the database and Redis there? One sentence for each that is not, with its remedy."""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import redis
from psycopg import sql
from redis.exceptions import RedisError

NEEDED = ("core_event", "django_migrations")


def faults(database: Mapping[str, Any], redis_url: str) -> Iterator[str]:
    """Yield what is wrong with the surroundings of this process; nothing when all is well."""
    yield from _database_faults(database)
    yield from _redis_faults(redis_url)


def _database_faults(database: Mapping[str, Any]) -> Iterator[str]:
    options = {name: value for name, value in database["OPTIONS"].items() if name != "pool"}
    try:
        with psycopg.connect(
            dbname=database["NAME"],
            user=database["USER"],
            password=database["PASSWORD"] or None,
            host=database["HOST"] or None,
            port=database["PORT"] or None,
            **options,
        ) as connection:
            missing = _missing_tables(connection)
    except psycopg.Error as error:
        yield (
            f"The database does not answer as {database['USER']}: {_one_line(error)}; "
            "start PostgreSQL or set DATABASE_URL right."
        )
    else:
        if missing:
            yield (
                f"The database {database['NAME']} has no table {missing[0]}: run manage.py "
                "provision_database and, as its owner, manage.py migrate."
            )


def _missing_tables(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute(
        sql.SQL("SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL"),
        [list(NEEDED)],
    )
    return [name for (name,) in found]


def _redis_faults(redis_url: str) -> Iterator[str]:
    client = redis.Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=2)
    try:
        client.ping()
    except (RedisError, OSError) as error:
        yield f"Redis does not answer: {_one_line(error)}; start it or set REDIS_URL right."
    finally:
        client.close()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
