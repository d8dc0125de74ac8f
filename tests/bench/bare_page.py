"""The bare limit of a page: its queries by raw psycopg, its text as it is, no framework between."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from psycopg_pool import ConnectionPool

PAGE = json.loads(Path(os.environ["BENCH_PAGE"]).read_text())
BODY = PAGE["body"].encode()
_url = urlsplit(os.environ["DATABASE_URL"])
_place = f"host={parse_qs(_url.query)['host'][0]} user={_url.username} dbname={_url.path[1:]}"
POOL = ConnectionPool(_place, min_size=1, max_size=4, kwargs={"autocommit": True}, open=True)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Run the queries, read every row, answer."""
    with POOL.connection() as connection:
        for query in PAGE["queries"]:
            connection.execute(query).fetchall()
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [BODY]
