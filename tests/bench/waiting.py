"""The program that fills the approval queue of a running demo: withdrawals that wait for somebody.

python -m tests.bench.waiting COUNT      (in the demo's environment; JSON on its last line)
"""

import json
import sys
from decimal import Decimal
from uuid import uuid4

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from accounts.actions import withdrawals
from accounts.models import Payment, PaymentMethod
from accounts.states import Direction, StatedReason, Withdrawal
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.core.errors import Later, Rejected
from trading.models import TradingAccount

ACTOR = Actor.system("bench")


def ask(account: TradingAccount, method_id: int) -> bool:
    """Ask for a little from one account; False when nothing can be asked for from it."""
    request = withdrawals.Request(
        key=uuid4(), account_id=account.pk, amount=Decimal("1.00"), method_id=method_id,
        requisite=f"DE00 {account.pk:012d}", holder=account.name, stated_reason=StatedReason.NEED,
    )  # fmt: skip
    try:
        withdrawals.request_withdrawal(request=request, actor=ACTOR, now=now())
    except (Rejected, Later):
        return False
    return True


def main(count: int) -> None:
    """Ask until at least so many wait, round by round over the accounts; tell of the newest."""
    usable = PaymentMethod.objects.filter(is_active=True).exclude(direction=Direction.IN)
    methods = {one.currency: one.pk for one in usable}
    rows = TradingAccount.objects.filter(client__isnull=False, currency__in=("USD", "EUR"))
    accounts = [one for one in rows.order_by("id") if one.currency in methods]
    waiting = Payment.objects.filter(state=Withdrawal.REQUESTED)
    while waiting.count() < count and accounts:
        accounts = [one for one in accounts if ask(one, methods[one.currency])]
    if waiting.count() < count:
        raise SystemExit(f"only {waiting.count()} withdrawals wait: every account refuses another")
    newest = waiting.latest("id")
    told = {"count": waiting.count(), "payment": newest.pk}
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
