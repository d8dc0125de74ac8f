"""Each class of difference between MetaTrader and the books: found, told once, cured, agreed to."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.actions import reconciliation, results
from accounts.actions.reconciling import agreeing as differences
from accounts.actions.reconciling import comparing
from accounts.actions.reconciling.agreeing import Proposal
from accounts.models import Discrepancy, Entry, ReconciledDay
from accounts.queries.reconciling import differences as asked
from accounts.states import Gap, Remedy
from backoffice.approvals.actions import asking, executing, voting
from backoffice.approvals.actions.refusals import NotAskable, NotYours, SamePerson
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.queries import requests
from backoffice.approvals.terms import Ballot, kind_of
from backoffice.core import clock
from backoffice.core.models import EventRecord
from tests.factories.agents import Script
from tests.factories.market import a_balance_record
from tests.factories.payments import FAR, SYSTEM, Till, work_done, write
from tests.factories.people import a_legal_entity, a_staff_user
from trading.actions import lost_records
from trading.calc.marking import marker
from trading.models import BalanceRecord, TradingAccount

pytestmark = pytest.mark.django_db
LOGIN = 7
OLD, NEW = 70, 905  # the deposit that the books began with, and what somebody books by hand


@pytest.fixture(autouse=True)
def _books(till: Till) -> None:
    """Books that were opened a while ago, and a mirror that took a whole pass since."""
    results.open_books(account_id=till.account.pk, actor=SYSTEM, now=clock.now() - FAR)
    till.see()


def compare(till: Till) -> set[tuple[str, int]]:
    found = comparing.reconcile(account_id=till.account.pk, actor=SYSTEM, now=clock.now())
    return {(row.gap, row.ticket) for row in found}


def booked(till: Till, ticket: int, amount: str, comment: str) -> None:
    write(till.account, a_balance_record(ticket, LOGIN, amount, comment=comment))
    shift(till, amount)


def shift(till: Till, amount: str) -> None:
    account = TradingAccount.objects.get(pk=till.account.pk)
    account.balance += Decimal(amount)
    account.save(update_fields=["balance"])


def told() -> list[str]:
    rows = EventRecord.objects.filter(name__startswith="accounts.discrepancy").order_by("id")
    return [row.name.rpartition(".")[2] for row in rows]


def test_a_marker_of_nobodys_is_found_at_once_and_a_damaged_one_is_called_so(till: Till) -> None:
    whole = marker.marker_of(uuid4())
    booked(till, 905, "3.00", whole)
    booked(till, 906, "4.00", whole[:-1] + ("A" if whole[-1] != "A" else "B"))

    assert compare(till) >= {(Gap.MISSING_IN_LEDGER, 905), (Gap.DAMAGED_MARKER, 906)}
    assert told().count("found") == 2


def test_a_record_that_the_server_deleted_is_missing_there(till: Till) -> None:
    BalanceRecord.objects.filter(account=till.account, ticket=OLD).update(gone_at=clock.now())

    assert (Gap.MISSING_IN_MT4, OLD) in compare(till)


def test_nothing_is_missing_there_before_a_whole_pass_over_the_server(till: Till) -> None:
    entry = results.open_books(account_id=till.account.pk, actor=SYSTEM, now=clock.now())
    results.book_ticket(
        account_id=entry.pk,
        ticket=NEW,
        amount=Decimal("5.00"),
        entry=Entry.objects.latest("id"),
        now=clock.now(),
    )

    assert (Gap.MISSING_IN_MT4, NEW) not in compare(till)


def test_a_foreign_record_is_taken_over_and_is_no_difference(till: Till) -> None:
    booked(till, NEW, "25.00", "Bonus by phone")

    assert compare(till) == set()
    assert EventRecord.objects.filter(name="accounts.books.foreign_money").count() == 1


def test_another_amount_is_found_and_its_cure_says_what_was_seen(till: Till) -> None:
    rows = BalanceRecord.objects.filter(account=till.account, ticket=OLD)
    rows.update(amount=Decimal("900.00"))
    assert (Gap.AMOUNT, OLD) in compare(till)
    rows.update(amount=Decimal("990.00"))

    assert compare(till) == set()
    case = Discrepancy.objects.get(gap=Gap.AMOUNT)
    assert case.gone_at is not None
    assert "990.00" in case.cure
    assert "MetaTrader shows 1000.00" in case.cure
    assert told() == ["found", "gone"]


def test_an_edited_marker_on_a_known_ticket_is_found(till: Till, script: Script) -> None:
    till.approved("70.00")
    work_done()
    till.mirror_as_booked()
    ticket = script.booked[0].ticket
    assert compare(till) == set()

    BalanceRecord.objects.filter(ticket=ticket).update(comment="edited by hand")
    assert compare(till) == {(Gap.CHANGED_MARKER, ticket)}


def test_a_copied_marker_is_a_duplicate(till: Till, script: Script) -> None:
    till.approved("70.00")
    work_done()
    till.mirror_as_booked()
    record = script.booked[0]
    booked(till, NEW, "-70.00", record.comment)

    assert (Gap.DUPLICATE_MARKER, NEW) in compare(till)


def test_many_accounts_are_read_at_once_and_only_what_differs_is_touched(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[int] = []
    real = reconciliation.reconcile_account
    monkeypatch.setattr(
        reconciliation,
        "reconcile_account",
        lambda **whose: touched.append(whose["account_id"]) or real(**whose),
    )
    ids = asked.accounts_to_compare()
    clean = comparing.compare_accounts(account_ids=ids, actor=SYSTEM, now=clock.now())
    assert (clean.accounts, clean.records, clean.touched, touched) == (1, 1, [], [])

    booked(till, NEW, "3.00", marker.marker_of(uuid4()))
    assert asked.accounts_moved(clock.now()) == [till.account.pk]
    comparing.compare_accounts(account_ids=ids, actor=SYSTEM, now=clock.now())
    assert touched == [till.account.pk]


def test_the_end_of_a_day_is_kept(till: Till) -> None:
    booked(till, NEW, "3.00", marker.marker_of(uuid4()))

    comparing.reconcile_day(actor=SYSTEM, now=clock.now())

    day = ReconciledDay.objects.get()
    assert (day.accounts, day.records, day.booked, day.differing) == (1, 2, 1, 1)


class History:
    """A server's history of one login, and of single tickets."""

    def __init__(self, *tickets: int) -> None:
        self.tickets = tickets

    def history(self, **_: Any) -> list[Any]:
        """The records that are left."""
        return [a_balance_record(ticket, LOGIN, "1.00") for ticket in self.tickets]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> History:
    """What the server answers when it is asked for its history."""
    history = History()
    monkeypatch.setattr(lost_records, "gateway_of", lambda server: history)
    return history


def test_what_a_balance_lacks_is_looked_for_in_the_servers_history(
    till: Till, server: History
) -> None:
    recent(OLD)
    shift(till, "-990.00")
    assert compare(till) == {(Gap.MISSING_IN_MT4, OLD)}

    server.tickets = (OLD,)
    shift(till, "990.00")
    assert compare(till) == set()


def test_what_was_archived_is_not_lost(till: Till, server: History) -> None:
    recent(OLD)
    shift(till, "-1.00")

    assert compare(till) == {(Gap.BALANCE, 0)}


def recent(ticket: int) -> None:
    BalanceRecord.objects.filter(ticket=ticket).update(recorded_at=clock.now() - timedelta(days=2))


# Agreed by two people ---------------------------------------------------------------------------


def propose(till: Till, case: Discrepancy, remedy: Remedy) -> int:
    return differences.propose(
        difference_id=case.pk,
        proposal=Proposal(key=uuid4(), remedy=remedy, reason="The bridge was reset"),
        actor=till.cashier.actor,
        now=clock.now(),
    )


def agree(request_id: int, user: Any) -> None:
    request = ApprovalRequest.objects.get(pk=request_id)
    kind = kind_of(differences.KIND)
    ballot = Ballot(
        payload_digest=request.payload_digest,
        facts=asking.facts_now(kind, json.loads(request.payload)),
    )
    voting.agree(request_id=request_id, ballot=ballot, actor=user.actor, now=clock.now())
    executing.execute(request_id=request_id, actor=user.actor, now=clock.now())


def a_missing_balance(till: Till) -> Discrepancy:
    shift(till, "-12.50")
    compare(till)
    till.see()
    compare(till)
    return Discrepancy.objects.get(gap=Gap.BALANCE)


def test_the_books_take_a_balance_over_once_two_people_agreed(till: Till) -> None:
    case = a_missing_balance(till)
    request = propose(till, case, Remedy.TAKE_OVER)
    assert till.posted() == Decimal("1000.00")
    with pytest.raises(SamePerson):
        agree(request, till.cashier)

    agree(request, till.second)

    assert till.posted() == Decimal("987.50")
    assert compare(till) == set()
    case.refresh_from_db()
    assert case.gone_at is not None
    assert told() == ["found", "agreed", "gone"]


def test_a_difference_that_stays_asks_for_nobody_until_it_is_another(till: Till) -> None:
    rows = BalanceRecord.objects.filter(account=till.account, ticket=OLD)
    rows.update(amount=Decimal("991.00"))
    compare(till)
    case = Discrepancy.objects.get(gap=Gap.AMOUNT)
    agree(propose(till, case, Remedy.LEAVE), till.second)
    compare(till)
    assert not Discrepancy.objects.filter(asked.TOLD, gap=Gap.AMOUNT).exists()

    rows.update(amount=Decimal("992.00"))
    compare(till)
    assert Discrepancy.objects.filter(asked.TOLD, gap=Gap.AMOUNT).exists()


def test_sales_proposes_nothing_and_a_wrong_remedy_is_refused(till: Till) -> None:
    case = a_missing_balance(till)
    wish: dict[str, Any] = {"difference_id": case.pk, "now": clock.now()}
    proposal = Proposal(key=uuid4(), remedy=Remedy.TAKE_OVER, reason="because")
    with pytest.raises(NotAskable):
        differences.propose(proposal=proposal, actor=till.asker.actor, **wish)
    leave = Proposal(key=uuid4(), remedy=Remedy.LEAVE, reason="because")
    with pytest.raises(differences.NotPossible):
        differences.propose(proposal=leave, actor=till.cashier.actor, **wish)


def test_of_another_legal_entity_nobody_sees_what_is_proposed_or_decides_about_it(
    till: Till,
) -> None:
    request = propose(till, a_missing_balance(till), Remedy.TAKE_OVER)
    stranger = a_staff_user("compliance", entity=a_legal_entity("far"))

    seen = [requests.list_requests_for(one).count() for one in (till.second, stranger)]

    assert seen == [1, 0]
    with pytest.raises(NotYours):
        agree(request, stranger)
    agree(request, till.second)
