"""What must hold of the books at every moment: I-1, I-3, I-4, I-7 and I-8 of money.md section 9."""

from django.db import connection

from accounts.ledger import proof

#: Beside what the product asks of its books itself (accounts/ledger/proof.py: I-1 and the rest).
QUESTIONS = {
    "I-4: available below zero, and no right to it": """
        SELECT format('account %%s: %%s', b.account_id, b.posted + b.pending)
        FROM accounts_ledgerbalance b
        WHERE b.posted + b.pending > 0 AND NOT b.account_id = ANY(%(may)s)
    """,
    "I-7: a ticket that is booked twice": """
        SELECT format('ticket %%s: %%s', ticket, count(*)) FROM accounts_bookedticket
        GROUP BY books_id, ticket HAVING count(*) > 1
    """,
    "I-8: a reservation that ended twice, an entry reversed twice": """
        SELECT format('entry %%s: %%s', of_id, count(*)) FROM accounts_entry
        WHERE of_id IS NOT NULL
        GROUP BY of_id, act = 'reverse' HAVING count(*) > 1
    """,
}


def findings(may_overdraw: list[int]) -> list[str]:
    """Everything that is wrong; `may_overdraw` are the accounts that were allowed to."""
    found = [f"{one.question}: {one.where}" for one in proof.findings()]
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql, {"may": may_overdraw})
            found += [f"{question}: {row[0]}" for row in cursor.fetchall()]
    return found
