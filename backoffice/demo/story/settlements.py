"""The card provider's first settlement: handed in and waiting for finance, with something wrong.

One payment is missing, one has another amount, one stands twice and one is nobody's.
"""

from contextlib import suppress

import httpx
from django.conf import settings

from accounts.actions.settlement import importing
from accounts.queries.settlement import files
from backoffice.core.actors import Actor
from backoffice.core.clock import now

CASHIER = Actor.system("cashier")
CURRENCY = "USD"
WRONG = {"settle_missing": 1, "settle_wrong": -50, "settle_double": 1, "settle_unknown": 1}
SECONDS = 10


def hand_in() -> None:
    """Download it from the provider, as a merchant does, and hand it in; nothing is booked."""
    method = next(
        (one for one in files.methods_of_provider("cardly") if one.currency == CURRENCY), None
    )
    if method is None:
        return
    url = settings.PAYMENT_PROVIDERS[method.provider].url
    with suppress(httpx.HTTPError), httpx.Client(timeout=SECONDS, trust_env=False) as client:
        client.post(f"{url}/faults", json=WRONG)
        answer = client.get(f"{url}/settlements/{CURRENCY}")
        client.post(f"{url}/faults", json={})
        if answer.is_success:
            upload = importing.Upload(
                method_id=method.pk, name="cardly-USD.csv", body=answer.content
            )
            importing.keep_file(upload=upload, actor=CASHIER, now=now())
