"""A provider's settlement beside the books: every line found, booked, or a case; once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.actions.deposits import charging
from accounts.actions.reconciling import agreeing
from accounts.actions.reconciling.agreeing import Proposal
from accounts.actions.settlement import comparing, importing, steps
from accounts.calc.settlement import writing
from accounts.models import Deposit, Discrepancy, Entry, PaymentMethod, SettlementLine
from accounts.queries.reconciling import differences
from accounts.queries.settlement import clearing
from accounts.states import Gap, LedgerKind, Remedy
from accounts.terms.settlement import LineKind
from backoffice.approvals.actions import executing, voting
from backoffice.approvals.actions.refusals import SamePerson
from backoffice.approvals.models import ApprovalRequest
from backoffice.company.actions import policies
from backoffice.core import clock
from backoffice.core.errors import Later
from backoffice.health.checks import settlements
from backoffice.health.checks.part import LATE, OK
from tests.factories.accounts.approvals import ballot
from tests.factories.incoming.by_hand import a_way
from tests.factories.incoming.deposits import balanced, now_of, paid, standing, start, take
from tests.factories.incoming.settlement import a_capture, a_line, a_settlement, keep, settle
from tests.factories.payments import SYSTEM, Till
from tests.factories.people import a_staff_user

pytestmark = pytest.mark.django_db


def a_paid(till: Till, amount: str = "200.00", **changes: Any) -> Deposit:
    """A deposit that the provider told us of: 2.90 was its fee."""
    deposit = start(till, amount)
    charging.charge_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=clock.now())
    take(paid(now_of(deposit), **changes))
    return now_of(deposit)


def a_policy(value: dict[str, Any]) -> None:
    """The policy about settlements, of yesterday."""
    policies.set_policy(
        code="settlements",
        value=value,
        valid_from=clock.now() - timedelta(days=1),
        reason="as their manual says",
        actor=SYSTEM,
        now=clock.now(),
    )


def agree(request_id: int, user: Any) -> None:
    """Agree as the page shows it now, and carry it out."""
    request = ApprovalRequest.objects.get(pk=request_id)
    told: dict[str, Any] = {"request_id": request_id, "actor": user.actor, "now": clock.now()}
    voting.agree(ballot=ballot(request), **told)
    executing.execute(**told)


def cases() -> list[tuple[str, str, Decimal | None, Decimal | None]]:
    """What stands open: class, reference, here, there."""
    rows = Discrepancy.objects.filter(gone_at__isnull=True).order_by("id")
    return list(rows.values_list("gap", "reference", "expected", "found"))


def test_a_clean_settlement_books_fees_and_reserve_and_finds_nothing(
    till: Till, card: PaymentMethod
) -> None:
    one, two = a_paid(till), a_paid(till, "100.00")
    file = settle(
        card,
        a_capture(one, reserve="10.00"),
        a_capture(two),
        a_line(LineKind.FEE, "fee-1", fee="15.00"),
        a_line(LineKind.RESERVE_RELEASED, "rr-1", "4.00"),
        a_line(LineKind.PAYOUT, "po-1", "200.00", fee="1.00"),
    )

    assert cases() == []
    assert (file.lines, file.net) == (5, Decimal("300.00") - Decimal("5.80") - Decimal("222.00"))
    assert standing(LedgerKind.PROVIDER_RESERVE) == Decimal("6.00")
    assert standing(LedgerKind.PROVIDER_FEES) == Decimal("5.80") + Decimal("16.00")
    # What is still owed is the payout that did not come to our bank yet, and what stays there.
    assert standing(LedgerKind.METHOD_CLEARING) == file.net + Decimal("200.00")
    assert standing(LedgerKind.FEES) == 0
    assert balanced()


def test_every_class_is_found_and_a_later_settlement_cures_it(
    till: Till, card: PaymentMethod
) -> None:
    cheap, double, missing = a_paid(till), a_paid(till), a_paid(till)
    asked = start(till, "50.00")
    charging.charge_deposit(deposit_id=asked.pk, actor=SYSTEM, now=clock.now())
    a_policy({"days": 0})
    settle(
        card,
        a_capture(cheap, fee="3.10"),
        a_capture(double),
        a_capture(double),
        a_line(LineKind.CAPTURE, "pi-late", "50.00", about=now_of(asked).charge_id),
        a_line(LineKind.REFUND, "re-strange", "20.00"),
    )

    assert sorted(cases()) == sorted(
        [
            (Gap.SETTLED_OTHERWISE, cheap.provider_reference, Decimal("197.10"), Decimal("196.90")),
            (Gap.SETTLED_TWICE, double.provider_reference, Decimal("197.10"), Decimal("394.20")),
            (Gap.NOT_SETTLED, missing.provider_reference, Decimal("197.10"), None),
            (Gap.SETTLED_UNBOOKED, "pi-late", None, Decimal("50.00")),
            (Gap.SETTLED_UNKNOWN, "re-strange", None, Decimal("-20.00")),
        ]
    )
    told = settlements.check(clock.now())
    assert (told.state, told.sentence[:10]) == (LATE, "5 payments")
    assert differences.count_standing() == 5
    before = Entry.objects.count()
    settle(
        card,
        a_line(LineKind.CORRECTION, cheap.provider_reference, "0.20"),
        a_line(LineKind.CORRECTION, double.provider_reference, "-197.10"),
        a_capture(missing),
        a_line(LineKind.CORRECTION, "re-strange", "20.00"),
        number="S-2",
    )
    take(paid(now_of(asked), reference="pi-late", fee=Decimal(0)))
    comparing.compare_method(method_id=card.pk, actor=SYSTEM, now=clock.now())
    assert cases() == []
    assert (settlements.check(clock.now()).state, differences.count_standing()) == (OK, 0)
    assert Discrepancy.objects.filter(gone_at__isnull=False).count() == 5
    assert Entry.objects.count() == before + 1  # the late deposit's own entry, nothing else
    assert balanced()


def test_two_people_let_the_books_follow_and_nobody_alone(till: Till, card: PaymentMethod) -> None:
    one = a_paid(till)
    settle(card, a_capture(one, fee="3.10"), a_line(LineKind.CAPTURE, "pi-x", "30.00", fee="1.00"))
    finance, other = till.cashier, a_staff_user("compliance", entity=till.client.legal_entity)
    for case in Discrepancy.objects.order_by("id"):
        proposal = Proposal(key=uuid4(), remedy=Remedy.TAKE_SETTLED, reason="their page says so")
        request_id = agreeing.propose(
            difference_id=case.pk, proposal=proposal, actor=finance.actor, now=clock.now()
        )
        with pytest.raises(SamePerson):
            agree(request_id, finance)
        assert Discrepancy.objects.get(pk=case.pk).gone_at is None
        agree(request_id, other)

    assert cases() == []
    assert standing(LedgerKind.PROVIDER_FEES) == Decimal("3.10")
    assert standing(LedgerKind.SUSPENSE) == Decimal("29.00")
    assert standing(LedgerKind.METHOD_CLEARING) == Decimal("196.90") + Decimal("29.00")
    assert balanced()
    # What the books took over and a later settlement takes back is a difference again.
    settle(card, a_line(LineKind.CORRECTION, "pi-x", "-29.00"), number="S-2")
    assert [row[1:] for row in cases()] == [("pi-x", Decimal("29.00"), Decimal("0.00"))]


def test_the_same_file_again_does_nothing_and_another_of_its_number_is_refused(
    till: Till, card: PaymentMethod
) -> None:
    body = writing.csv_of(a_settlement(a_capture(a_paid(till), reserve="1.00")))
    first, second = keep(card, body), keep(card, body)
    importing.take_file(file_id=first.pk, actor=SYSTEM, now=clock.now())
    before = (Entry.objects.count(), SettlementLine.objects.count(), Discrepancy.objects.count())

    late = importing.take_file(file_id=second.pk, actor=SYSTEM, now=clock.now())
    assert (late.state, "This very file" in late.words) == ("refused", True)
    assert "This very file was imported before" in keep(card, body).words
    again = writing.csv_of(a_settlement(a_line(LineKind.FEE, "fee-9", fee="5.00")))
    assert "was imported before, with other content" in keep(card, again).words
    with pytest.raises(importing.NotPossible):
        importing.take_file(file_id=first.pk, actor=SYSTEM, now=clock.now())
    after = (Entry.objects.count(), SettlementLine.objects.count(), Discrepancy.objects.count())
    assert after == before


def test_what_was_booked_by_a_line_is_booked_once_for_ever(till: Till, card: PaymentMethod) -> None:
    settle(card, a_line(LineKind.FEE, "fee-1", fee="5.00"))
    settle(card, a_line(LineKind.FEE, "fee-1", fee="5.00"), number="S-2")
    assert standing(LedgerKind.PROVIDER_FEES) == Decimal("5.00")
    assert cases() == [(Gap.SETTLED_TWICE, "fee-1", Decimal("-5.00"), Decimal("-10.00"))]


def test_more_reserve_than_is_held_is_not_believed(till: Till, card: PaymentMethod) -> None:
    settle(card, a_line(LineKind.RESERVE_RELEASED, "rr-1", "40.00"))
    assert standing(LedgerKind.PROVIDER_RESERVE) == 0
    assert cases() == [(Gap.SETTLED_UNKNOWN, "rr-1", None, Decimal("40.00"))]


def test_a_payout_that_does_not_come_to_our_bank_is_a_case(till: Till, card: PaymentMethod) -> None:
    old = clock.now() - timedelta(days=9)
    settle(
        card,
        a_line(LineKind.PAYOUT, "po-new", "10.00"),
        a_line(LineKind.PAYOUT, "po-old", "20.00", at=old),
    )
    assert cases() == [(Gap.NOT_AT_BANK, "po-old", None, Decimal("-20.00"))]


def test_a_mapped_file_is_read_and_settled(till: Till, card: PaymentMethod) -> None:
    one = a_paid(till)
    form = {
        "columns": {"kind": "Type", "reference": "Id", "about": "Lines", "time": "When",
                    "currency": "Cur", "amount": "Gross", "fee": "Cost", "net": "Net"},
        "kinds": {"SALE": "capture", "SUM": "total"},
        "ignored": ["Shop"], "separator": ";", "decimal": ",", "time": "%d.%m.%Y %H:%M",
        "zone": "Europe/Berlin", "head": False, "signed": True,
    }  # fmt: skip
    a_policy({"days": 2, "formats": {"cardly": form}})
    day = f"{clock.now() - timedelta(days=1):%d.%m.%Y}"
    body = (
        "Type;Id;Lines;When;Cur;Gross;Cost;Net;Shop\n"
        f"SALE;{one.provider_reference};;{day} 09:00;USD;200,00;2,90;197,10;x\n"
        f"SUM;S-77;1;{day} 23:59;USD;;;197,10;x\n"
    )
    file = keep(card, body.encode())
    assert (file.state, file.words, file.number) == ("waiting", "", "S-77")
    importing.take_file(file_id=file.pk, actor=SYSTEM, now=clock.now())
    assert cases() == []


def test_a_dropped_file_books_nothing_and_its_number_is_free(
    till: Till, card: PaymentMethod
) -> None:
    file = keep(card, writing.csv_of(a_settlement(a_line(LineKind.FEE, "f", fee="5.00"))))
    importing.drop_file(file_id=file.pk, actor=SYSTEM, now=clock.now())
    assert not Entry.objects.filter(purpose="settlement").exists()
    settle(card, a_line(LineKind.FEE, "f", fee="5.00"))


def test_only_who_may_imports_and_lines_only_grow(till: Till, card: PaymentMethod) -> None:
    body = writing.csv_of(a_settlement(a_line(LineKind.FEE, "f", fee="5.00")))
    for role in ("back_office", "sales_agent"):
        with pytest.raises(steps.NotAllowed):
            keep(card, body, a_staff_user(role, entity=till.client.legal_entity).actor)
    file = keep(card, body, till.cashier.actor)
    importing.take_file(file_id=file.pk, actor=till.cashier.actor, now=clock.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        SettlementLine.objects.update(amount=1)


def test_clearing_tells_how_much_and_since_when(till: Till, card: PaymentMethod) -> None:
    a_paid(till)
    (one,) = clearing.standings_for(till.cashier, clock.now() + timedelta(days=30))
    assert (one.method, one.balance, one.reserve) == (card, Decimal("197.10"), 0)
    assert one.since is not None
    assert one.is_late


def test_a_method_that_is_busy_costs_no_other_its_comparison(
    till: Till, card: PaymentMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor the night its comparison of the accounts, which follows in the same task."""
    other = a_way(till, "second", "card", provider="cardly")
    for number, method in enumerate((card, other)):
        settle(method, a_line(LineKind.CORRECTION, f"odd-{number}", "1.00"))
    steps_lock, asked = steps.lock, []

    def lock(method_id: int) -> None:
        asked.append(method_id)
        if method_id == card.pk:
            raise Later("Its settlements are busy.")
        steps_lock(method_id)

    monkeypatch.setattr(steps, "lock", lock)
    comparing.compare_all(actor=SYSTEM, now=clock.now())
    assert asked == [card.pk, other.pk]
