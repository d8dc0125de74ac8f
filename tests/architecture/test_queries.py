"""How many queries each page sends: data in query_counts.json, exact, not a bound.

A page that sends more for more rows fails at once: the house is built with one row of a kind here
and with several in matrix/test_queries_street.py. `UPDATE_QUERY_COUNTS=1` writes the counts anew; a
difference prints the SQL.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from backoffice.demo.redis import Redis
from tests.architecture.access import PORTAL, STRANGERS
from tests.architecture.matrix.viewed import (
    ADMIN_LISTS,
    PAGES,
    VIEWERS,
    Viewed,
    a_viewed_house,
    measure,
    url_of,
)
from tests.architecture.matrix.world import rolled_back

COUNTS = Path(__file__).with_name("query_counts.json")
UPDATE = os.environ.get("UPDATE_QUERY_COUNTS") == "1"  # the switch named above


def counts() -> dict[str, int]:
    """The numbers on record."""
    return json.loads(COUNTS.read_text("utf-8")) if COUNTS.exists() else {}


def compare(key: str, sql: list[str]) -> None:
    """Hold a page's queries against the record, or put them on record."""
    known = counts()
    if UPDATE:
        known[key] = len(sql)
        COUNTS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", "utf-8")
    listed = "\n".join(f"{number:3}. {line}" for number, line in enumerate(sql, start=1))
    assert known.get(key) == len(sql), (
        f"{key} sends {len(sql)} queries, on record are {known.get(key)} "
        f"(UPDATE_QUERY_COUNTS=1 puts the new number on record):\n{listed}"
    )


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Viewed]:
    """A house with one of a kind and its viewers, built once for this module."""
    with django_db_blocker.unblock(), rolled_back():
        yield a_viewed_house()


@pytest.fixture
def house(standing: Viewed, redis_server: Redis) -> Iterator[Viewed]:
    """The house within a savepoint of this test."""
    with rolled_back():
        yield standing


@pytest.mark.parametrize("name", PAGES)
def test_a_page_sends_what_is_on_record(house: Viewed, name: str) -> None:
    """As each of its viewers sees it, and as the fragment that htmx swaps."""
    url = url_of(name, house.house)
    for role in VIEWERS[name]:
        compare(f"{name} as {role}", measure(house.enters(role), url))
    browser = house.enters(VIEWERS[name][-1])
    compare(f"{name} as a fragment", measure(browser, url, fragment=True))


@pytest.mark.parametrize("name", ADMIN_LISTS)
def test_an_admin_list_sends_what_is_on_record(house: Viewed, name: str) -> None:
    compare(name, measure(house.enters("administrator"), reverse(name)))


def test_the_record_names_no_page_that_is_gone() -> None:
    wanted = {f"{name} as {role}" for name in PAGES for role in VIEWERS[name]}
    wanted |= {f"{name} as a fragment" for name in PAGES} | set(ADMIN_LISTS)
    # matrix/test_portal.py measures these
    shown = [one for one, door in PORTAL.items() if door.method == "get"]
    wanted |= {f"{name} as its client" for name in shown if PORTAL[name].roles != STRANGERS}
    if UPDATE:
        kept = {key: count for key, count in counts().items() if key in wanted}
        COUNTS.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")
    assert set(counts()) == wanted
