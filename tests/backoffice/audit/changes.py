"""Changes of rows as the log tells them, for tests."""

from typing import Any

from django.db import connection

from backoffice.audit.models import Change


def commit_now() -> None:
    """Let what waits for the commit happen now, as it does when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def told_of(table: str) -> list[dict[str, Any]]:
    """Every change of a table so far, oldest first, as its bytes tell it."""
    commit_now()
    return [row.told() for row in Change.objects.filter(table_name=table).order_by("id")]


def verbs_of(table: str) -> list[tuple[str, str]]:
    """What was done to which row."""
    return [(told["change"], told["row"]) for told in told_of(table)]
