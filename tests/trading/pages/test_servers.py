"""The servers' page: the latest comparison of each server's book with our copy."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from backoffice.core import clock
from tests.factories.people import a_browser, a_staff_user
from tests.factories.servers import a_server
from trading.models import ServerState, Verification

pytestmark = pytest.mark.django_db


def test_each_server_shows_its_latest_verification(redis_server: Any) -> None:
    """Word, age and counts; a server that was never compared says so, one that failed why."""
    browser, now = a_browser(a_staff_user("dealer")), clock.now()
    told: dict[str, dict[str, Any]] = {
        "demo-1": {"state": "equal", "accounts": 12, "tickets": 123_456},
        "demo-2": {"state": "different", "differences": 2, "mended": 1},
        "demo-3": {"state": "failed", "reason": "The agent does not answer."},
    }
    for code, values in told.items():
        server = a_server(code)
        ServerState.objects.filter(pk=server.pk).update(
            accounts_held=4567, open_held=1000, closed_held=8000, money_held=900, repaired=3
        )
        for days in (1, 0):
            kept = {"state": "running"} if days else values | {"finished_at": now}
            Verification.objects.create(
                server=server,
                source="agent",
                run_by="nobody",
                started_at=now - timedelta(days=days),
                **kept,
            )
    a_server("demo-4")
    page = unescape(browser.get(reverse("trading:server-list")).content.decode())
    assert "12 accounts, 123,456 tickets" in page
    assert "4,567 accounts · 9,900 tickets" in page
    assert "3 missed records repaired" in page
    assert "2 differences · 1 mended" in page
    assert "The agent does not answer." in page
    for word in ("No difference", "Differences", "Not compared", "Never compared"):
        assert word in page
    assert "Being compared" not in page
