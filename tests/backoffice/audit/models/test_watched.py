"""Every table of ours leaves an entry in the log for each change, or says why it needs none."""

import pytest
from django.db import connection

from tests.architecture.test_migrations import our_models

#: Tables whose rows may change without an entry of their own, and why.
UNWATCHED: dict[str, str] = {
    "core_event": "is the log, append-only",
    "core_event_subject": "is read out of the events, append-only",
    "core_sealed": "what the log's digests stand for; erased by an act that is told",
    "core_idempotency_key": "used-up keys: nothing is decided by reading one",
    "core_work": "reactions to events, each of which is in the log",
    "audit_change": "is the log, append-only",
    "audit_leaf": "is the log, append-only",
    "audit_tile": "is the log, append-only",
    "audit_checkpoint": "is the log, append-only",
    "audit_witnessing": "is the log, append-only",
    "audit_key": "is the log, append-only",
    "machines_usednonce": "nonces that are used up: nothing is decided by reading one",
    "machines_keptanswer": "answers to calls, each of which acted by events",
    "machines_apicall": "the calls themselves, a log of its own",
    "machines_hand": "only grows, with integrations, keys and tokens, which are watched",
    "machines_ratemark": "measured, not decided",
    "identity_knowndevice": "noted at sign-ins, each of which is told",
    "identity_visit": "sign-ins, each of which is told, and so is its end",
    "crm_look": "looks, counted; that a card was opened or revealed is told",
    "crm_clientfigures": "measured, not decided",
    "trading_serverstate": "measured, not decided",
    "trading_serverwatch": "measured, not decided",
    "trading_accountfigures": "measured, not decided",
    "trading_group": "the mirror repeats what MetaTrader says, and is proved against it",
    "trading_symbol": "the mirror repeats what MetaTrader says, and is proved against it",
    "trading_deal": "the mirror repeats what MetaTrader says, and is proved against it",
    "trading_position": "the mirror repeats what MetaTrader says, and is proved against it",
    "trading_balancerecord": "the mirror repeats what MetaTrader says, and is proved against it",
    "trading_serverchange": "what others changed on the server, noticed by triggers of its own",
    "trading_verification": "a report of a comparison",
    "trading_balanceattempt": "the steps of an operation, which is watched",
    "trading_absenceevidence": "the steps of an operation, which is watched",
    "accounts_posting": "only grows, with its entry, which is watched",
    "accounts_ledgerbalance": "a running sum that only the database writes",
    "accounts_accountbooks": "only grows, told by an event",
    "accounts_resultday": "reckoned from the mirror, posted by entries, which are watched",
    "accounts_bookedticket": "the mirror's tickets with their entries, which are watched",
    "accounts_pastmovement": "imported once, with entries, which are watched",
    "accounts_discrepancy": "a report of a comparison; what people agree about it is told",
    "accounts_reconciledday": "a report of a comparison",
    "accounts_paymentoperation": "joins a payment with its operation; both are watched",
    "accounts_transferoperation": "joins a transfer with its operation; both are watched",
    "accounts_bulkrow": "bound by its file's digest; its adjustment is watched",
    "crm_clientletter": "letters out, each told by an event; nothing is decided by reading one",
    "accounts_depositoperation": "joins a deposit with its operation; both are watched",
    "accounts_providercallback": "stays as it came, by a trigger; what follows from it is told",
    "accounts_bankfile": "stays as it came, by a trigger; its one verdict is told by an event",
    "accounts_bankstatement": "only grows, by a trigger, with its file, which is told",
    "accounts_settlementline": "only grows, by a trigger, with its file, which is watched",
    "accounts_bankrow": "only grows, by a trigger; what becomes of it is a use, which is watched",
    "accounts_paymentcheck": "a report of checks",
    "approvals_approvalvote": "only grows, is the record itself, and is told by an event",
    "approvals_approvalrequest": "its guard admits lawful moves only, each a vote or an event",
}
TRIGGERS = ("audit_change", "audit_insert", "audit_truncate")
TABLES = sorted({model._meta.db_table for model in our_models()})


@pytest.mark.django_db
def test_every_table_is_watched_or_says_why_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, array_agg(tgname::text ORDER BY tgname) "
            "FROM pg_trigger WHERE tgname = ANY (%s) AND tgenabled = 'A' GROUP BY 1",
            [list(TRIGGERS)],
        )
        found = {table: tuple(names) for table, names in cursor.fetchall()}
    assert set(found.values()) == {TRIGGERS}
    assert set(TABLES) - set(found) == set(UNWATCHED), "watch it (audit_watch), or say why not"


@pytest.mark.django_db
def test_no_guard_sleeps() -> None:
    """Migrations that put triggers to sleep wake them all, in whatever order they run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname::text FROM pg_trigger "
            "WHERE tgenabled = 'D' AND NOT tgisinternal"
        )
        assert cursor.fetchall() == []
