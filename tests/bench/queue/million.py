"""The program that loads a million payments and asks for the queue as three people see it.

    python -m tests.bench.queue.million SUPERUSER_DSN [PAYMENTS]

In an empty, migrated database. Its last line is JSON: milliseconds by page.
"""

import json
import sys
import time
from typing import Any

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

import psycopg
from django.conf import settings
from django.urls import reverse
from psycopg import sql

from accounts.models import Payment
from tests.bench.figures import middle, tail
from tests.factories.payments import a_till
from tests.factories.people import a_browser

WHOLE, OPEN_EVERY, ASKED = 1_000_000, 500, 25
#: What differs from the one payment that was made by the product: of every OPEN_EVERY-th, and of
#: the others, which are paid.
BOTH = {
    "id": "%(base)s + g",
    "key": "gen_random_uuid()",
    "reservation_id": "reservation_id + g",
    "approval_id": "approval_id + g",
    "requested_at": "requested_at - g * interval '20 seconds'",
    "due_at": "requested_at + (g %% 4000 - 2000) * interval '1 minute'",
}
PAID = {
    "state": "'PAID'",
    "approved_by": "'staff:1000001'",
    "approved_at": "requested_at",
    "ticket": "g",
    "debited_at": "requested_at",
    "sent_by": "'staff:1000002'",
    "bank_reference": "'FT' || g",
    "confirmed_by": "'staff:1000003'",
    "closed_at": "requested_at - g * interval '20 seconds'",
    "next_try_at": "NULL",
}


def main(address: str, payments: int) -> dict[str, Any]:
    """Load, and ask for each page so many times."""
    settings.ALLOWED_HOSTS = ["*"]
    till = a_till()
    till.ask("70.00")
    began = time.perf_counter()
    load(address, payments)
    loaded = time.perf_counter() - began
    pages = {
        "to do": (till.approver, reverse("accounts:payment-list")),
        "to do of finance": (till.cashier, reverse("accounts:payment-list")),
        "all": (till.approver, reverse("accounts:payment-list") + "?view=all"),
        "late": (till.approver, reverse("accounts:payment-list") + "?view=late"),
        "by number": (till.approver, reverse("accounts:payment-list") + "?q=%23123456"),
        "menu's count": (till.approver, reverse("accounts:payment-count")),
        "news": (till.approver, reverse("accounts:payment-news")),
    }
    told: dict[str, Any] = {"loaded": loaded, "payments": Payment.objects.count(), "pages": {}}
    for name, (user, url) in pages.items():
        browser, took = a_browser(user), []
        for _ in range(ASKED):
            began = time.perf_counter()
            answer = browser.get(url)
            took.append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, (url, answer.status_code)
        told["pages"][name] = {"p50": middle(took), "p95": tail(took)}
    return told


def load(address: str, payments: int) -> None:
    """Write the payments as PostgreSQL's superuser, in one statement, past every trigger."""
    with psycopg.connect(address, autocommit=True) as session:
        session.execute("SET synchronous_commit = off")
        session.execute("SET maintenance_work_mem = '256MB'")
        session.execute("ALTER TABLE accounts_payment DISABLE TRIGGER ALL")
        indexes = _dropped(session)
        base = Payment.objects.order_by("-id").values_list("id", flat=True)[0]
        for changes, condition in ((BOTH, "= 0"), (BOTH | PAID, "<> 0")):
            columns = [field.column for field in Payment._meta.concrete_fields]
            chosen = sql.SQL(", ").join(
                sql.SQL(changes.get(name, f'"{name}"'))  # type: ignore[arg-type]
                for name in columns
            )
            statement = sql.SQL(
                "INSERT INTO accounts_payment ({}) SELECT {} FROM accounts_payment p,"
                " generate_series(1, %(count)s) g WHERE p.id = %(base)s AND g %% %(every)s {}"
            ).format(sql.SQL(", ").join(map(sql.Identifier, columns)), chosen, sql.SQL(condition))
            session.execute(statement, {"base": base, "count": payments, "every": OPEN_EVERY})
        for definition in indexes:
            session.execute(definition)  # type: ignore[call-overload]
        session.execute("ALTER TABLE accounts_payment ENABLE TRIGGER ALL")
        session.execute("VACUUM ANALYZE accounts_payment")


def _dropped(session: psycopg.Connection[Any]) -> list[str]:
    """Drop the indexes that are no constraint; return how to make them again, each in one sort."""
    asked = (
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i"
        " WHERE indrelid = 'accounts_payment'::regclass AND NOT indisunique AND NOT EXISTS"
        " (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
    )
    rows = session.execute(asked).fetchall()
    for name, _definition in rows:
        session.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [str(definition) for _name, definition in rows]


if __name__ == "__main__":
    amount = int(sys.argv[2]) if len(sys.argv) > 2 else WHOLE
    sys.stdout.write(json.dumps(main(sys.argv[1], amount)) + "\n")
