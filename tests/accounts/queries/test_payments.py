"""What the queue and the approval page ask: who sees what, in which order, in how many queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.actions import asking_client
from accounts.models import Payment
from accounts.queries import approval_page, payments
from accounts.states import Missing, Verdict
from backoffice.core import clock
from backoffice.identity.actions import roles
from backoffice.identity.models import User
from tests.factories.payments import Till, a_request_of, a_till, fingerprint
from tests.factories.people import NOW, SETUP, a_browser, a_client, a_staff_user

NUMBERS = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 16, 17, 18, 19, 20, 21]
LISTED = (
    "/payments/", "/payments/waiting", "/payments/news", "/payments/?view=all",
    "/payments/?view=late", "/payments/?view=others", "/payments/?view=voided",
    "/payments/?view=uncertain", "/payments/?q=%231", "/payments/?q=7", "/payments/?q=ana+ruiz",
    "/payments/?state=PAID", "/payments/?state=PAID&state=REQUESTED",
    "/payments/?view=all&client=1",
)  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db: None) -> Till:
    """A client with money."""
    return a_till()


def page(user: Any, payment: Payment) -> approval_page.ApprovalPage:
    return approval_page.get_approval_page_for(user, payment.pk, now=clock.now())


def test_the_queue_is_worst_first(till: Till) -> None:
    small, large, late = till.ask("10.00"), till.ask("20.00"), till.ask("5.00")
    now = clock.now()
    Payment.objects.filter(pk=late.pk).update(due_at=now - timedelta(hours=1))
    Payment.objects.exclude(pk=late.pk).update(due_at=now + timedelta(hours=1))

    assert list(payments.list_payments_for(till.approver)) == [late, large, small]
    counts = payments.counts_for(till.approver, now=now, since=now - timedelta(hours=1))
    assert (counts.todo, counts.late, counts.others, counts.open, counts.paid) == (3, 1, 0, 3, 0)
    assert payments.counts_for(till.asker, now=now, since=now).others == 3
    assert counts.mine == payments.totals_of(payments.list_payments_for(till.approver))
    foot = payments.totals_of(payments.list_payments_for(till.approver))
    assert (foot.count, foot.is_more, foot.sums) == (3, False, {"USD": 35})


def test_rows_say_the_worst_check(till: Till) -> None:
    till.ask()
    (row,) = payments.list_payments_for(till.approver)

    found = payments.colours_of(row)

    assert (found.green, found.amber, found.red, found.unknown) == (14, 3, 0, 0)
    assert payments.says_of(row).startswith("Closed loop: 70.00\u202fUSD came before our books")


def test_out_of_reach_is_absent(till: Till) -> None:
    payment = till.ask()
    for user in (a_staff_user("sales_agent"), a_staff_user()):
        assert payments.list_payments_for(user).count() == 0
        with pytest.raises(Http404):
            page(user, payment)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"view": "todo"}, 1),
        ({"view": "voided"}, 0),
        ({"view": "uncertain"}, 0),
        ({"q": "ana"}, 1),
        ({"q": "7"}, 1),
        ({"q": "#7"}, 1),
        ({"q": "an"}, 1),
        ({"q": "ruiz an"}, 1),
        ({"q": "nobody"}, 0),
        ({"q": "9" * 30}, 0),
        ({"q": "%"}, 0),
        ({"state": ["PAID"]}, 0),
        ({"state": ["PAID", "REQUESTED"]}, 1),
        ({"currency": "usd"}, 1),
    ],
)
def test_filters(till: Till, query: dict[str, Any], found: int) -> None:
    till.ask()
    request = RequestFactory().get("/", query)
    request.user = till.approver
    rows = payments.list_payments_for(till.approver)

    assert payments.PaymentFilter(request.GET, queryset=rows, request=request).qs.count() == found


def test_a_search_finds_nothing_out_of_reach(till: Till) -> None:
    payment, stranger = till.ask(), a_staff_user("sales_agent")
    rows = payments.list_payments_for(stranger)
    for words in ("ana", f"#{payment.pk}", str(till.account.login), str(till.client.number)):
        for user, found in ((till.approver, 1), (stranger, 0)):
            request = RequestFactory().get("/", {"q": words})
            request.user = user
            rows = payments.list_payments_for(user)
            narrowed = payments.PaymentFilter(request.GET, queryset=rows, request=request).qs
            assert narrowed.count() == found, (words, user)
            assert payments.totals_of(narrowed).count == found


def test_the_counts_are_of_what_is_in_reach(till: Till) -> None:
    till.ask()
    now = clock.now()
    far = a_request_of(a_client("Fred Far"), 901)
    Payment.objects.filter(pk=far.pk).update(due_at=now - timedelta(days=1))

    counts = payments.counts_for(till.approver, now=now, since=now)

    assert (counts.open, counts.late) == (1, 0)
    everybodys = payments.counts_for(a_staff_user("auditor"), now=now, since=now)
    assert (everybodys.open, everybodys.late) == (2, 1)


def test_one_withdrawal_is_told_of_once_and_not_in_the_clients_turn(till: Till) -> None:
    payment, now = till.ask(), clock.now()

    def counted(**values: Any) -> tuple[int, int, int]:
        Payment.objects.filter(pk=payment.pk).update(**values)
        told = payments.morning_for(till.approver, now=now, since=now)
        return told.late, told.soon, told.noticed

    assert counted(notices=1, due_at=now + timedelta(hours=5)) == (0, 0, 1)
    assert counted(due_at=now + timedelta(hours=3)) == (0, 1, 0)
    assert counted(due_at=now - timedelta(hours=1)) == (1, 0, 0)
    asking_client.ask_client(
        payment_id=payment.pk, missing=[Missing.IDENTITY], text="", actor=till.approver.actor,
        now=now,
    )  # fmt: skip
    for hours in (-1, 3, 5):
        assert counted(due_at=now + timedelta(hours=hours)) == (0, 0, 0)


@pytest.mark.parametrize("path", LISTED)
def test_every_list_can_be_read_without_reading_every_payment(till: Till, path: str) -> None:
    """Whatever a page asks of the payments, an index answers, or what waits alone is read."""
    till.ask()
    browser = a_browser(till.approver)
    with CaptureQueriesContext(connection) as sent:
        assert browser.get(path).status_code == 200
    asked = [one["sql"] for one in sent if '"accounts_payment"' in one["sql"]]
    assert asked
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in asked:
            cursor.execute(f"EXPLAIN {query}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan on accounts_payment " not in plan, f"{query}\n{plan}"


def test_the_queue_takes_as_many_queries_for_many_as_for_few(till: Till) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            list(payments.list_payments_for(till.approver)[:50])
        return len(asked)

    till.ask("1.00")
    till.approver.may("accounts.payment.view")
    few = count()
    for _ in range(5):
        till.ask("1.00")

    assert count() == few == 1


def test_the_page_shows_what_is_decided_on(till: Till) -> None:
    payment = till.ask()

    shown = page(till.approver, payment)

    assert shown.fingerprint == fingerprint(payment)
    assert (shown.verdict, shown.is_frozen) == (Verdict.AMBER, False)
    assert shown.verdict_line.startswith("14 green, 3 amber: Closed loop: ")
    assert [line.number for line in shown.checks] == NUMBERS
    assert [(one.source, one.amount) for one in shown.split] == [("unknown", payment.amount)]
    assert shown.margin is not None
    assert shown.margin.free_margin[1] == shown.margin.free_margin[0] - payment.amount
    assert [(one.currency, one.deposits_count, one.trades) for one in shown.client] == [
        ("USD", 1, 1)
    ]
    assert [line.who for line in shown.log] == [till.asker.full_name]
    assert [seat.state for seat in shown.seats] == ["WAITING"]


def test_every_button_says_why_it_is_shut(till: Till) -> None:
    payment = till.ask()
    acts = page(till.approver, payment).acts

    assert acts["approve"].is_open
    assert acts["reject"].is_open
    assert "Requested" in acts["send"].why_not
    assert "role" in page(till.cashier, payment).acts["approve"].why_not
    assert page(till.asker, payment).acts["cancel"].is_open
    assert "Four eyes" in page(_also_back_office(till), payment).acts["approve"].why_not


def test_after_the_decision_the_page_shows_what_was_kept(till: Till) -> None:
    payment = till.approved()

    shown = page(till.second, payment)

    assert shown.is_frozen
    assert shown.seats[0].who == till.approver.full_name
    assert shown.seats[0].picture["payload"]["amount"] == "70.00"


def test_neighbours(till: Till) -> None:
    small, large = till.ask("10.00"), till.ask("20.00")
    Payment.objects.update(due_at=clock.now())

    place = approval_page.neighbours_for(till.approver, large, view="todo", now=clock.now())

    assert place == (None, small.pk, 1, 2)


def _also_back_office(till: Till) -> User:
    """Who asked, holding the approver's role as well."""
    roles.grant_role(
        user_id=till.asker.pk,
        role="back_office",
        legal_entity_id=till.client.legal_entity_id,
        actor=SETUP,
        now=NOW,
    )
    return User.objects.get(pk=till.asker.pk)
