"""The program that fills a house, asks an agent's pages, fills it a thousandfold, asks again.

    python -m tests.bench.permissions.asking

In an empty, migrated database. Its last line is JSON.
"""

import json
import statistics
import sys
import time
from typing import Any

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from backoffice.identity.models import User
from crm.models import Client
from crm.queries import grants
from tests.factories.people import a_browser, a_client, a_desk, a_legal_entity, a_staff_user

SMALL, LARGE = (100, 5, 10), (100_000, 500, 10_000)
TIMES = 15
STAFF = """
WITH made AS (
    INSERT INTO identity_user (password, kind, email, full_name, is_active, is_superuser, theme,
                               density, language, timezone, created_at, desk_id)
    SELECT '!', 'staff', 'bench' || n || '@house.example', 'Bench ' || n, true, false, 'system',
           'regular', 'en', 'UTC', now(), %(desk)s
    FROM generate_series(%(first)s, %(last)s) AS n RETURNING id)
INSERT INTO identity_rolegrant (user_id, user_kind, role_id, granted_by, granted_at, revoked_by)
SELECT made.id, 'staff', role.id, 'system:bench', now(), '' FROM made, identity_role AS role
WHERE role.code = 'sales_agent'
"""
CLIENTS = """
INSERT INTO crm_client (kind, legal_entity_id, owner_id, desk_id, status, full_name, email, phone,
                        country, city, language, timezone, source, tags, created_at,
                        registered_at, kyc_level, is_test)
SELECT kind, legal_entity_id, (%(owners)s)[1 + n %% %(count)s], desk_id, status,
       'Client ' || md5(n::text), 'c' || n || '@example.com', '+357' || n, country, city, language,
       timezone, source, tags, created_at, registered_at, kyc_level, is_test
FROM crm_client, generate_series(%(first)s, %(last)s) AS n WHERE id = %(like)s
"""
GRANTS = """
INSERT INTO crm_clientgrant (user_id, permission_id, content_object_id, reason, granted_by,
                             granted_at, expires_at, ended_by)
SELECT (%(people)s)[1 + n %% %(count)s], %(permission)s, client.id, 'bench', 'system:bench', now(),
       now() + interval '30 days', ''
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM crm_client) AS client
WHERE n BETWEEN %(first)s AND %(last)s
"""


class House:
    """One legal entity, one desk, an agent who is asked; it grows."""

    def __init__(self) -> None:
        entity = a_legal_entity("bench")
        self.desk = a_desk(entity)
        self.agent = a_staff_user("sales_agent", desk=self.desk)
        self.like = a_client("Client One", entity=entity, owner=self.agent, desk=self.desk)
        self.size = (1, 1, 0)

    def grow(self, clients: int, staff: int, shown: int) -> None:
        """Let there be so many of each."""
        before = self.size
        with connection.cursor() as cursor:
            cursor.execute(STAFF, {"desk": self.desk.pk, "first": before[1] + 1, "last": staff})
            people = list(
                User.objects.filter(kind="staff").order_by("id").values_list("id", flat=True)
            )
            told = {"owners": people, "people": people, "count": len(people)}
            told |= {"like": self.like.pk, "permission": grants.permission_to_see().pk}
            cursor.execute(CLIENTS, told | {"first": before[0] + 1, "last": clients})
            cursor.execute(GRANTS, told | {"first": before[2] + 1, "last": shown})
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM crm_clientgrant")
            assert cursor.fetchone() == (shown,)
        assert Client.objects.count() == clients
        self.size = (clients, staff, shown)


def asked(browser: Browser, path: str) -> dict[str, float]:
    """Ask often; return how many queries it takes and the median."""
    browser.get(path)
    cache.clear()
    with CaptureQueriesContext(connection) as sent:
        answer = browser.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    queries = len(sent.captured_queries)  # now: the next request forgets them
    taken = []
    for _time in range(TIMES):
        began = time.perf_counter()
        browser.get(path)
        taken.append(1000 * (time.perf_counter() - began))
    return {"queries": queries, "ms": statistics.median(taken)}


def words(size: tuple[int, int, int]) -> str:
    """A size in words."""
    return f"{size[0]:,} clients, {size[1]:,} staff, {size[2]:,} grants"


def main() -> dict[str, Any]:
    """Measure both houses."""
    house = House()
    pages = {"an agent's client list": "/clients/", "a client's page": f"/clients/{house.like.pk}/"}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in pages}
    for size in (SMALL, LARGE):
        house.grow(*size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE crm_client, crm_clientgrant, identity_rolegrant")
        browser = a_browser(house.agent)
        for name, path in pages.items():
            found[name].append(asked(browser, path))
    return {"pages": found, "small": words(SMALL), "large": words(LARGE)}


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main()) + "\n")
