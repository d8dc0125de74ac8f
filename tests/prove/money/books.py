"""The program that says how operations, payments and books stand, after one whole reading of MT4.

python -m tests.prove.money.books      (in the environment of a demo; JSON on its last line)
"""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from accounts.ledger import proof
from accounts.models import AccountBooks, Deposit, DepositOperation, Payment, PaymentOperation
from accounts.queries import books
from backoffice.core.clock import now
from trading.actions import sync
from trading.models import BalanceOperation
from trading.queries import servers

PASSES = 60


def read_everything() -> str:
    """Bring the mirror up to date, whole; the trouble that kept it from that."""
    for server_id in servers.active_server_ids():
        for _pass in range(PASSES):
            synced = sync.sync_server(server_id=server_id, now=now(), full=True)
            if synced.trouble:
                return str(synced.trouble)
            if synced.finished:
                break
    return ""


def operations() -> list[dict[str, object]]:
    """Every money command of ours, with the payment and leg that it belongs to."""
    legs = legs_by_key()
    return [
        {
            "marker": one.marker,
            "login": one.account.login,
            "amount": str(one.amount),
            "state": one.state,
            "ticket": one.ticket,
            "attempts": one.attempts,
            "reason": one.reason,
            "payment": legs.get(one.key, ("0", ""))[0],
            "leg": legs.get(one.key, ("0", ""))[1],
        }
        for one in BalanceOperation.objects.select_related("account").order_by("id")
    ]


def legs_by_key() -> dict[object, tuple[str, str]]:
    """Which payment, or deposit (`d7`), each operation belongs to, and as which leg."""
    paid = {one.key: (str(one.payment_id), str(one.leg)) for one in PaymentOperation.objects.all()}
    return paid | {
        one.key: (f"d{one.deposit_id}", "credit") for one in DepositOperation.objects.order_by("id")
    }


def rested() -> dict[str, str]:
    """When each leg of each payment was settled."""
    known = {one.key: one for one in BalanceOperation.objects.all()}
    legs = legs_by_key()
    return {
        f"{payment} {leg}": known[key].changed_at.isoformat()
        for key, (payment, leg) in legs.items()
    }


def gaps() -> list[str]:
    """The accounts whose books do not explain MetaTrader's balance, to the cent."""
    found = []
    for row in AccountBooks.objects.order_by("pk"):
        audit = books.audit_of(row.pk)
        if audit is None or audit.gap or audit.in_flight:
            found.append(f"account {row.pk}: {audit}")
    return found


def main() -> None:
    """Read, compare, tell."""
    told = {
        "trouble": read_everything(),
        "operations": operations(),
        "payments": {str(one.pk): one.state for one in Payment.objects.order_by("id")},
        "deposits": {f"d{one.pk}": one.state for one in Deposit.objects.order_by("id")},
        "rested": rested(),
        "findings": [f"{one.question}: {one.where}" for one in proof.findings()],
        "gaps": gaps(),
    }
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
