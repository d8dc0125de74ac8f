"""A client's statement: on the page, as CSV, as PDF; told in the log; nobody else's."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import results
from accounts.queries.statements.client import NoStatement, Period, statement_of
from backoffice.core import clock
from backoffice.core.models import EventRecord
from tests.accounts.actions.test_results import foreign, trade
from tests.factories.payments import SYSTEM, Till
from tests.factories.people import a_browser, a_client, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(till: Till) -> Till:
    """Books that began three days ago with 1,000.00; 25.00 earned yesterday, 5.00 taken today."""
    now = clock.now()
    results.open_books(account_id=till.account.pk, actor=SYSTEM, now=now - timedelta(days=3))
    trade(till, 901, "25.00")
    results.post_results(account_id=till.account.pk, actor=SYSTEM, now=now - timedelta(days=1))
    foreign(till, 905, "-5.00")
    results.post_results(account_id=till.account.pk, actor=SYSTEM, now=now)
    return till


def page(till: Till, **query: Any) -> Any:
    url = reverse("accounts:client-statement", args=[till.client.pk])
    return a_browser(till.approver).get(url, query)


def days(before: int, until: int = 0) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "first": str(today - timedelta(days=before)),
        "last": str(today - timedelta(days=until)),
    }


def test_it_opens_moves_and_closes(moved: Till) -> None:
    told = days(1)
    period = Period(*map(date.fromisoformat, told.values()))
    (funds,) = [one for one in statement_of(moved.client.pk, period).sections if one.opening]

    assert funds.opening == Decimal("1000.00")
    assert [line.amount for line in funds.movements] == [Decimal("25.00"), Decimal("-5.00")]
    assert [line.balance for line in funds.movements] == [Decimal("1025.00"), Decimal("1020.00")]
    assert funds.closing == Decimal("1020.00") == moved.posted()


def test_the_page_shows_every_movement_with_its_reference(moved: Till) -> None:
    shown = page(moved, **days(3)).content.decode()

    for words in ("Opening balance", "Trading result", "Booked by the trading desk", "1,020.00"):
        assert words in shown
    assert "Closing balance" in page(moved).content.decode()


def test_as_csv_it_is_told_in_the_log(moved: Till) -> None:
    answer = page(moved, **days(3), **{"as": "csv"})

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    amounts = [row[4] for row in rows[1:] if row[4]]
    assert amounts == ["1000.00", "25.00", "-5.00"]
    assert answer["Content-Disposition"].startswith('attachment; filename="statement-')
    event = EventRecord.objects.get(name="accounts.statement.taken")
    assert event.told()["fields"]["form"] == "csv"


def test_as_pdf_it_is_a_file_of_its_own(moved: Till) -> None:
    moved.client.full_name = "Иван #evil(1) Ωμέγα"
    moved.client.save(update_fields=["full_name"])

    answer = page(moved, **days(3), **{"as": "pdf"})

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"JavaScript" not in answer.content


@pytest.mark.parametrize(
    "wrong", [{"first": "2026-02-30"}, {"first": "2026-03-02", "last": "2026-03-01"}]
)
def test_a_period_that_is_none_is_said(moved: Till, wrong: dict[str, str]) -> None:
    answer = page(moved, **wrong)

    assert answer.status_code == 422
    assert b"Opening balance" not in answer.content


def test_too_many_movements_are_no_statement(moved: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.queries.statements.client.MOST", 2)
    today = timezone.localdate()

    with pytest.raises(NoStatement):
        statement_of(moved.client.pk, Period(today - timedelta(days=5), today))


def test_nobody_elses_statement_is_to_be_had(moved: Till) -> None:
    entity = a_legal_entity()
    stranger = a_staff_user("sales_agent", entity=entity)
    a_client("Other One", entity=entity, owner=stranger)
    url = reverse("accounts:client-statement", args=[moved.client.pk])

    assert a_browser(stranger).get(url, {"as": "csv"}).status_code == 404
    assert not EventRecord.objects.filter(name="accounts.statement.taken").exists()
