"""Do the books balance? Questions that must all be answered with nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

QUESTIONS: dict[str, str] = {
    # I-1: Σ debits = Σ credits, per entry, phase and currency.
    "entries out of balance": """
        SELECT format('entry %s: %s %s %s', entry_id, sum(amount), currency, phase)
        FROM accounts_posting GROUP BY entry_id, currency, phase HAVING sum(amount) <> 0
    """,
    "entries without their lines": """
        SELECT format('entry %s: %s of %s lines', e.id, count(p.id), e.lines)
        FROM accounts_entry e LEFT JOIN accounts_posting p ON p.entry_id = e.id
        GROUP BY e.id HAVING count(p.id) <> e.lines
    """,
    "running balances that differ from their postings": """
        SELECT format('account %s: runs %s/%s, postings say %s/%s',
                      a.id, b.posted, b.pending, s.posted, s.pending)
        FROM accounts_ledgeraccount a
        JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE phase = 'posted'), 0) AS posted,
                   coalesce(sum(amount) FILTER (WHERE phase = 'pending'), 0) AS pending
            FROM accounts_posting WHERE account_id = a.id
        ) s ON true
        LEFT JOIN accounts_ledgerbalance b ON b.account_id = a.id
        WHERE a.kind IN ('client_funds', 'client_credit', 'client_wallet')
          AND (coalesce(b.posted, 0), coalesce(b.pending, 0)) IS DISTINCT FROM (s.posted, s.pending)
    """,
    "reservations that take money twice or release more than they hold": """
        SELECT format('account %s: %s set aside', account_id, pending)
        FROM accounts_ledgerbalance WHERE pending < 0
    """,
    "wallets below nothing": """
        SELECT format('account %s: %s', b.account_id, -(b.posted + b.pending))
        FROM accounts_ledgerbalance b JOIN accounts_ledgeraccount a ON a.id = b.account_id
        WHERE a.kind = 'client_wallet' AND b.posted + b.pending > 0
    """,
    "postings in another currency than their account": """
        SELECT format('posting %s', p.id)
        FROM accounts_posting p JOIN accounts_ledgeraccount a ON a.id = p.account_id
        WHERE p.currency <> a.currency
    """,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with the books: which question found it, and where."""

    question: str
    where: str


def findings() -> Sequence[Finding]:
    """Return everything that is wrong with the books; nothing when they are right."""
    found: list[Finding] = []
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql)
            found += [Finding(question=question, where=row[0]) for row in cursor.fetchall()]
    return found
