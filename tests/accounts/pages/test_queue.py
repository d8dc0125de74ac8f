"""The approval queue: tabs, order, words, filters, parts; what the menu counts."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Payment
from accounts.pages import payments as payment_pages
from accounts.pages.tables import PaymentTable
from accounts.queries import payments
from accounts.states import Withdrawal
from backoffice.core import clock
from tests.factories.payments import Till, a_request_of
from tests.factories.people import a_browser, a_client, a_staff_user
from trading.models import Server
from trading.queries import servers
from trading.states import Source

pytestmark = pytest.mark.django_db
LIST = "/payments/"
FRAGMENT = {"HX-Request": "true"}


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def numbers(answer: Any) -> list[int]:
    """The payments that the list shows, in its order."""
    return [int(one) for one in re.findall(r'data-open="/payments/(\d+)/', page_of(answer))]


def test_the_bare_address_is_what_waits_for_me(till: Till) -> None:
    payment = till.ask("70.00")
    answer = a_browser(till.approver).get(LIST)
    page = page_of(answer)
    assert numbers(answer) == [payment.pk]
    for expected in ("Ana Ruiz", "70.00", "Closed loop: 70.00", "<strong>me</strong>",
                     "1 request", 'My to do <span class="count">1</span>'):  # fmt: skip
        assert expected in page, expected
    assert "Approve" not in page.split('id="list"')[1].split("</main>")[0]
    assert numbers(a_browser(till.asker).get(LIST)) == []


@pytest.mark.parametrize("state", list(Withdrawal))
def test_a_row_is_drawn_from_what_was_read(till: Till, rf: Any, state: Withdrawal) -> None:
    till.ask("70.00")
    (row,) = payments.list_rows_for(till.approver)
    row.state = state
    request = rf.get(LIST)
    request.user = till.approver
    table = PaymentTable([row], request=request, now=clock.now(), totals={})
    with CaptureQueriesContext(connection) as asked:
        assert "Ana Ruiz" in table.body()
    assert not [one for one in asked if "accounts_" in one["sql"]]


def test_late_ones_come_first_and_say_so(till: Till) -> None:
    first, second = till.ask("70.00"), till.ask("30.00")
    Payment.objects.filter(pk=second.pk).update(due_at=clock.now() - timedelta(hours=26))
    browser = a_browser(till.approver)
    answer = browser.get(LIST)
    assert numbers(answer) == [second.pk, first.pk]
    assert re.search(r'class="due late"[^>]*>late 1\W*d<', page_of(answer))
    assert numbers(browser.get(LIST, {"view": "late"})) == [second.pk]


def test_each_tab_says_when_it_is_empty(till: Till) -> None:
    till.ask()
    browser = a_browser(till.asker)
    said = page_of(browser.get(LIST))
    assert "Nothing waits for you." in said
    assert "1 waits for others." in said
    assert "Nothing is late." in page_of(browser.get(LIST, {"view": "late"}))
    assert "Nothing is uncertain." in page_of(browser.get(LIST, {"view": "uncertain"}))
    assert "No payment matches." in page_of(browser.get(LIST, {"q": "nobody"}))


def test_a_server_that_is_away_is_said_by_the_socket_too(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line stands there while the server answers, shut, to be opened without a new page."""
    server = till.account.server
    known = servers.list_freshness
    for status in ("live", "unreachable"):
        told = [replace(one, live_status=status) for one in known()]
        monkeypatch.setattr(payment_pages.servers, "list_freshness", lambda told=told: told)
        page = page_of(a_browser(till.approver).get(LIST))
        line = re.search(r'<p class="notice notice-danger if-away"[^>]*>', page)
        assert line is not None
        assert f'data-live="server:{server.pk}"' in line[0]
        assert f'data-status="{status}"' in line[0]


def test_a_server_read_from_its_replica_is_not_away(till: Till) -> None:
    """It has no live feed and takes no command: there is nothing to wait for."""
    Server.objects.update(source=Source.REPLICA)
    assert "if-away" not in page_of(a_browser(till.approver).get(LIST))


def test_a_search_looks_through_everything(till: Till) -> None:
    payment = till.ask()
    Payment.objects.filter(pk=payment.pk).update(
        state=Withdrawal.CANCELLED,
        cancelled_by=str(till.asker.actor),
        cancel_reason="x",
        closed_at=clock.now(),
    )
    browser = a_browser(till.approver)
    assert numbers(browser.get(LIST)) == []
    for words in (f"#{payment.pk}", "ana", str(till.account.login), str(till.client.number)):
        answer = browser.get(LIST, {"q": words})
        assert numbers(answer) == [payment.pk], words
    assert "Cancelled" in page_of(answer)
    assert numbers(browser.get(LIST, {"state": "CANCELLED"})) == [payment.pk]


def test_the_fragment_is_the_list_alone(till: Till) -> None:
    till.ask()
    page = page_of(a_browser(till.approver).get(LIST, headers=FRAGMENT))
    assert "<table" in page
    assert "<html" not in page


def test_a_row_opens_at_its_place_in_the_tab(till: Till) -> None:
    first, second = till.ask("70.00"), till.ask("30.00")
    browser = a_browser(till.approver)
    page = page_of(browser.get(LIST, {"view": "all"}))
    assert f'data-open="/payments/{first.pk}/?view=all"' in page
    shown = page_of(browser.get(f"/payments/{first.pk}/", {"view": "all"}))
    assert "1 of 2" in shown
    assert f'data-queue-next href="/payments/{second.pk}/?view=all"' in shown
    assert browser.get(f"/payments/{first.pk}/", {"view": "odd"}).status_code == 404


def test_the_menu_counts_what_waits_for_me(till: Till) -> None:
    till.ask()
    url = reverse("accounts:payment-count")
    browser = a_browser(till.approver)
    assert page_of(browser.get(url, headers=FRAGMENT)).strip().startswith("1<span")
    assert page_of(a_browser(till.asker).get(url, headers=FRAGMENT)).strip() == ""
    assert f'class="nav-count" hx-get="{url}"' in page_of(browser.get("/"))


def test_long_queues_are_paged_by_key(till: Till) -> None:
    payment = till.ask()
    asked = [a_request_of(till.client, 900 + number) for number in range(51)]
    Payment.objects.update(due_at=payment.due_at)
    browser = a_browser(till.approver)
    first = browser.get(LIST)
    older = re.findall(r'rel="next" href="([^"]+)"', page_of(first))[0]
    second = browser.get(LIST + older)
    assert (len(numbers(first)), len(numbers(second))) == (50, 2)
    assert {*numbers(first), *numbers(second)} == {payment.pk, *(one.pk for one in asked)}


def test_nobody_sees_payments_out_of_reach(till: Till) -> None:
    till.ask()
    far = a_request_of(a_client("Fred Far"), 901)
    answer = a_browser(till.approver).get(LIST, {"view": "all"})
    assert far.pk not in numbers(answer)
    assert numbers(a_browser(a_staff_user("sales_agent")).get(LIST, {"view": "all"})) == []


@pytest.mark.parametrize("name", ["payment-count", "deposit-count", "transfer-count"])
def test_the_menu_says_nothing_where_nothing_waits(till: Till, name: str) -> None:
    url, browser = reverse(f"accounts:{name}"), a_browser(till.approver)
    shown = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert re.sub(r"<[^>]*>", "", shown).strip() == ""
