"""The checks of busy tables say what the models say, and say it shortly."""

import re

import pytest
from django.db import connection
from django.db.models import CheckConstraint

from tests.architecture.test_migrations import our_models

#: What every withdrawal writes: PostgreSQL reads their checks anew at each statement.
BUSY = {
    "accounts_bookedticket",
    "accounts_entry",
    "accounts_payment",
    "accounts_paymentcheck",
    "accounts_posting",
    "approvals_approvalrequest",
    "approvals_approvalvote",
    "core_work",
    "trading_balanceattempt",
    "trading_balanceoperation",
}


def _words(said: str) -> set[str]:
    quoted = re.findall(r"'([^']*)'", said)
    parts = {part.strip(' "') for one in quoted for part in one.strip("{}").split(",")}
    return parts - {""}


@pytest.mark.django_db
def test_busy_tables_know_the_words_of_their_models_shortly() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE contype = 'c'"
        )
        found = {(table, name): said for table, name, said in cursor.fetchall()}
    with connection.schema_editor(collect_sql=True) as editor:
        for model in our_models():
            table = model._meta.db_table
            for one in model._meta.constraints:
                if table in BUSY and isinstance(one, CheckConstraint):
                    said = found[(table, one.name)]
                    assert _words(said) == _words(str(one.constraint_sql(model, editor))), one.name
    long = {table for (table, _), said in found.items() if "::character varying" in said}
    assert not long & BUSY, "SELECT shorten_checks('…') in the migration that changes such a check"
