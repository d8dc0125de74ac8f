"""Terms of a payment method, proposed by one person and agreed to by another."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from accounts.actions.ways import agreeing as proposing
from accounts.calc.method_rules import Terms
from accounts.models import PaymentMethod
from accounts.states import Direction
from backoffice.approvals.actions import executing, voting
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.terms import Ballot
from backoffice.core import clock
from tests.factories.payments import SYSTEM, Till


def proposed(
    till: Till, method: PaymentMethod, direction: Direction, country: str = "", **terms: Any
) -> ApprovalRequest:
    """Finance proposes; nothing holds yet."""
    typed = {
        name: Decimal(value) if isinstance(value, str) else value for name, value in terms.items()
    }
    proposal = proposing.Proposal(
        key=uuid4(),
        direction=direction,
        country=country,
        terms=Terms(**typed),
        reason="The provider changed its prices",
    )
    number = proposing.propose_terms(
        method_id=method.pk, proposal=proposal, actor=till.cashier.actor, now=clock.now()
    )
    return ApprovalRequest.objects.get(pk=number)


def agreed(request: ApprovalRequest, user: Any) -> None:
    """Somebody else agrees, and it is carried out."""
    ballot = Ballot(payload_digest=request.payload_digest, facts=request.facts)
    voting.agree(request_id=request.pk, ballot=ballot, actor=user.actor, now=clock.now())
    executing.execute(request_id=request.pk, actor=SYSTEM, now=clock.now())


def terms(till: Till, method: PaymentMethod, direction: Direction, *of: str, **told: Any) -> None:
    """Both."""
    agreed(proposed(till, method, direction, *of, **told), till.second)
