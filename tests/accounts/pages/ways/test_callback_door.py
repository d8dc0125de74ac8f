"""A callback from an address that its provider has not ends at the door, behind our proxies too."""

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import PaymentMethod, ProviderCallback
from accounts.providers import signing
from accounts.terms import Outcome
from backoffice.core import clock
from tests.factories.incoming.deposits import (
    CODE,
    KEY_ID,
    SECRET,
    a_card,
    a_cardly,
    body_of,
    known_client,
    now_of,
    paid,
    start,
)
from tests.factories.payments import a_till, work_done

pytestmark = pytest.mark.django_db
LISTED, FOREIGN, PROXY = "203.0.113.9", "198.51.100.7", "10.0.0.2"


def test_only_listed_addresses_may_call_back(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    till = a_till()
    known_client(till)
    with a_cardly(settings):
        deposit = start(till)
        PaymentMethod.objects.filter(pk=a_card(till).pk).update(
            callback_addresses=["203.0.113.0/24", "2001:db8::/32"]
        )
        body = body_of(paid(deposit))
        header = signing.sign(SECRET, KEY_ID, body, now=clock.now())

        def call(forwarded: str) -> int:
            return (
                Browser()
                .post(
                    f"/callbacks/{CODE}/",
                    body,
                    content_type="application/json",
                    headers={signing.HEADER: header, "X-Forwarded-For": forwarded},
                    REMOTE_ADDR=PROXY,
                )
                .status_code
            )

        assert call(FOREIGN) == 403
        assert call(f"{LISTED}, {FOREIGN}") == 403  # only our proxy's word counts
        work_done()
        rows = ProviderCallback.objects.order_by("id")
        assert {(row.outcome, row.words) for row in rows} == {(Outcome.WRONG_ADDRESS, FOREIGN)}
        assert now_of(deposit).received_amount is None
        assert call(f"{FOREIGN}, {LISTED}") == 200
        work_done()
        assert now_of(deposit).received_amount == 200
