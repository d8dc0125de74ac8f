"""A million payments of twenty thousand clients, out of one that the product made.

The first payment with its client, account, request for approval and checks is what the product's
own actions wrote; the others are its copies with other values, written by PostgreSQL's superuser, a
table at a time, past every trigger. One in OPEN_EVERY waits; of the others most are paid and some
were taken back.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from django.db.models import Model
from psycopg import sql

from accounts.models import Payment, PaymentCheck
from backoffice.approvals.models import ApprovalRequest
from crm.models import Client
from trading.models import TradingAccount

OPEN_EVERY, EACH, OWN_EVERY = 500, 50, 20
FIRST_NAMES = (
    "Ana,Ben,Cleo,Dan,Eva,Finn,Gia,Hugo,Ida,Jan,Kim,Leo,Mia,Nils,Olga,Paul,Rita,Sam,Tia,Uwe"
)
LAST_NAMES = (
    "Adler,Berg,Costa,Duran,Egger,Fox,Grant,Haas,Ito,Jung,Klein,Lopez,Moser,Novak,Otto,Petit,"
    "Quinn,Ross,Sato,Toth,Urban,Vogel,Weiss,Young,Zink"
)
NAME = (
    f"(string_to_array('{FIRST_NAMES}', ','))[1 + g %% 20] || ' ' ||"
    f" (string_to_array('{LAST_NAMES}', ','))[1 + g / 20 %% 25]"
)
CLIENT = {
    "id": "p.id + g",
    "number": "number + g",
    "full_name": NAME,
    "email": "'client' || g || '@example.com'",
    "owner_id": f"CASE WHEN g %% {OWN_EVERY} = 0 THEN owner_id END",
}
ACCOUNT = {"id": "p.id + g", "login": "login + g", "client_id": "client_id + g"}
PAYMENT = {
    "id": "p.id + g",
    "key": "gen_random_uuid()",
    "client_id": "client_id + 1 + g %% %(clients)s",
    "account_id": "account_id + 1 + g %% %(clients)s",
    "reservation_id": "reservation_id + g",
    "approval_id": "approval_id + g",
    "amount": "5 + g %% 9973",
    "split": "jsonb_set(split, '{0,amount}', to_jsonb((5 + g %% 9973) || '.00'))",
    "requested_at": "requested_at - g * interval '20 seconds'",
    "due_at": "requested_at + (g %% 4000 - 2000) * interval '1 minute'",
}
ENDED = PAYMENT | {
    "due_at": "requested_at + interval '1 day' - g * interval '20 seconds'",
    "closed_at": "requested_at - g * interval '20 seconds'",
    "next_try_at": "NULL",
}
PAID = ENDED | {
    "state": "'PAID'",
    "approved_by": "'staff:1000001'",
    "approved_at": "requested_at",
    "ticket": "g",
    "debited_at": "requested_at",
    "sent_by": "'staff:1000002'",
    "bank_reference": "'FT' || g",
    "confirmed_by": "'staff:1000003'",
}
CANCELLED = ENDED | {
    "state": "'CANCELLED'",
    "cancelled_by": "'staff:1000001'",
    "cancel_reason": "'changed their mind'",
}
REQUEST = {
    "id": "p.id + g",
    "key": "gen_random_uuid()",
    "subject_key": "(subject_key::bigint + g)::text",
}
#: What nothing of the queue reads of a request that is over is short, for the disk's sake.
OVER = REQUEST | {
    "state": "'EXECUTED'",
    "payload": "'{}'",
    "asked_facts": "'{}'",
    "facts": "'{}'",
    "picture": "'{}'",
}
CHECK = {"payment_id": "payment_id + g"}
WAITS, GONE = f"g %% {OPEN_EVERY} = 0", f"g %% {OPEN_EVERY} <> 0"


@dataclass(frozen=True)
class Table:
    """A table, what differs in its copies, and which of them are written."""

    model: type[Model]
    changes: dict[str, str]
    which: str = "true"

    @property
    def name(self) -> sql.Identifier:
        """Its name."""
        return sql.Identifier(self.model._meta.db_table)

    def copies(self) -> sql.Composed:
        """Return the statement that writes the copies of the rows named `from`."""
        fields = [
            field.column
            for field in self.model._meta.concrete_fields
            if not field.generated and (field.column != "id" or "id" in self.changes)
        ]
        values = [sql.SQL(self.changes.get(one, f'p."{one}"')) for one in fields]  # type: ignore[arg-type]
        return sql.SQL(
            "INSERT INTO {0} ({1}) SELECT {2} FROM generate_series(1, %(count)s) g,"
            " (SELECT * FROM {0} WHERE id = ANY(%(from)s)) p WHERE {3}"
        ).format(
            self.name,
            sql.SQL(", ").join(map(sql.Identifier, fields)),
            sql.SQL(", ").join(values),
            sql.SQL(self.which),  # type: ignore[arg-type]
        )


def fill(address: str, payments: int) -> None:
    """Write so many payments and what belongs to them."""
    clients = max(1, payments // EACH)
    with psycopg.connect(address, autocommit=True) as session:
        session.execute("SET synchronous_commit = off")
        session.execute("SET maintenance_work_mem = '512MB'")
        _write(session, clients, clients, Table(Client, CLIENT))
        _write(session, clients, clients, Table(TradingAccount, ACCOUNT))
        _write(
            session, payments, clients,
            Table(Payment, PAYMENT, WAITS),
            Table(Payment, PAID, f"{GONE} AND g %% 100 <> 1"),
            Table(Payment, CANCELLED, f"{GONE} AND g %% 100 = 1"),
        )  # fmt: skip
        _write(
            session, payments, clients,
            Table(ApprovalRequest, REQUEST, WAITS),
            Table(ApprovalRequest, OVER, GONE),
        )  # fmt: skip
        _write(session, payments, clients, Table(PaymentCheck, CHECK, WAITS))
        session.execute("VACUUM ANALYZE")
        session.execute("CHECKPOINT")  # or the load is still written while pages are asked for


def _write(session: "psycopg.Connection[Any]", count: int, clients: int, *parts: Table) -> None:
    """Write the parts of one table with its triggers off and its indexes made anew behind it."""
    name = parts[0].name
    switch = sql.SQL("ALTER TABLE {} {} TRIGGER ALL")
    session.execute(switch.format(name, sql.SQL("DISABLE")))
    indexes = _dropped(session, parts[0].model._meta.db_table)
    there = sql.SQL("SELECT array_agg(id) FROM {}").format(name)
    (first,) = session.execute(there).fetchone() or ([],)
    for part in parts:
        session.execute(part.copies(), {"count": count, "clients": clients, "from": first})
    for definition in indexes:
        session.execute(definition)  # type: ignore[call-overload]
    session.execute(switch.format(name, sql.SQL("ENABLE")))


def _dropped(session: "psycopg.Connection[Any]", table: str) -> list[str]:
    """Drop the indexes that are no constraint; return how to make them again, each in one sort."""
    asked = (
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i"
        " WHERE indrelid = %s::regclass AND NOT indisunique AND NOT EXISTS"
        " (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
    )
    rows = session.execute(asked, [table]).fetchall()
    for name, _definition in rows:
        session.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [str(definition) for _name, definition in rows]
