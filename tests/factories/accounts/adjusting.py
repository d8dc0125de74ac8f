"""Corrections, credits and reversals on a till's account, by those who may."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from accounts.actions.adjusting import asking
from accounts.models import Adjustment
from accounts.terms.adjustments import AdjustmentKind, Cause
from backoffice.approvals.actions import asking as engine
from backoffice.approvals.actions import executing, voting
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.terms import Ballot
from backoffice.core import clock
from backoffice.core.models import EventRecord
from backoffice.identity.models import User
from tests.factories.payments import SYSTEM, Till, work_done
from tests.factories.people import a_staff_user
from trading.models import TradingAccount

MONTH = timedelta(days=30)
OUT = AdjustmentKind.CREDIT_OUT


@dataclass
class Desk:
    """A till with a dealer who asks and a risk manager who agrees."""

    till: Till
    dealer: User = field(init=False)
    risk: User = field(init=False)

    def __post_init__(self) -> None:
        entity = self.till.client.legal_entity
        self.dealer = a_staff_user("dealer", entity=entity)
        self.risk = a_staff_user("risk", entity=entity)

    def ask(self, kind: AdjustmentKind, amount: str | None = None, **changes: Any) -> Adjustment:
        """Ask for it, as a dealer does."""
        actor = changes.pop("actor", self.dealer.actor)
        return asking.ask_adjustment(
            wish=self.wish(kind, amount, **changes), actor=actor, now=clock.now()
        )

    def wish(self, kind: AdjustmentKind, amount: str | None, **changes: Any) -> asking.Wish:
        """What a dealer writes into the form."""
        known: dict[str, Any] = {
            "key": uuid4(),
            "kind": kind,
            "account_id": self.till.account.pk,
            "cause": Cause.TAKEN_BACK if kind is OUT else Cause.OTHER,
            "reason": "As agreed by phone",
            "amount": None if amount is None else Decimal(amount),
        }
        if kind is AdjustmentKind.CREDIT_IN:
            known["ends_at"] = clock.now() + MONTH
        return asking.Wish(**(known | changes))

    def agree(self, adjustment: Adjustment, user: User | None = None) -> Adjustment:
        """Agree as another person; carried out at once, sent by the work that follows."""
        vote(adjustment, (user or self.risk))
        executing.execute(request_id=adjustment.approval_id or 0, actor=SYSTEM, now=clock.now())
        adjustment.refresh_from_db()
        return adjustment

    def booked(self, kind: AdjustmentKind, amount: str | None = None, **more: Any) -> Adjustment:
        """Asked for, agreed to, sent, followed, and seen by the mirror."""
        adjustment = self.agree(self.ask(kind, amount, **more))
        self.work()
        adjustment.refresh_from_db()
        return adjustment

    def work(self, *, later: timedelta = timedelta(0)) -> None:
        """Do what is due, and let the mirror see it."""
        work_done(later=later)
        self.till.mirror_as_booked()
        self.till.see()


def an_adjustment_of(account: TradingAccount) -> Adjustment:
    """A correction of 5.00 on a client's account that waits; asked for when it is first needed."""
    found = Adjustment.objects.filter(account=account).first()
    if found is not None:
        return found
    wish = asking.Wish(
        key=uuid4(),
        kind=AdjustmentKind.CORRECTION,
        account_id=account.pk,
        cause=Cause.OTHER,
        reason="As agreed by phone",
        amount=Decimal("5.00"),
    )
    return asking.ask_adjustment(wish=wish, actor=SYSTEM, now=clock.now())


def vote(adjustment: Adjustment, user: User) -> None:
    """Agree to exactly what stands in the request."""
    request = ApprovalRequest.objects.get(pk=adjustment.approval_id)
    ballot = Ballot(payload_digest=request.payload_digest, facts=request.facts)
    voting.agree(request_id=request.pk, ballot=ballot, actor=user.actor, now=clock.now())
    assert request.payload_digest == engine.digest_of(request.payload)


def told_of(adjustment: Adjustment) -> list[str]:
    """The short names of the events about an adjustment, in their order."""
    names = []
    for event in EventRecord.objects.order_by("id"):
        body = event.told()
        if ["adjustment", str(adjustment.pk)] in body["subjects"]:
            names.append(body["event"].rpartition(".")[2])
    return names
