"""A dangerous act of the tests' own, and people to ask for it and to agree."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from backoffice.approvals import terms
from backoffice.approvals.actions import asking, delegating, executing, policies, voting
from backoffice.approvals.actions.policies import Band, Rules
from backoffice.approvals.models import ApprovalRequest, VoteDelegation
from backoffice.approvals.terms import Ballot, Kind, Wish
from backoffice.core import clock
from backoffice.core.actors import NOWHERE, Origin
from backoffice.core.errors import Rejected
from crm.queries import known
from tests.factories.people import NOW, SETUP, a_staff_user

#: What the tests' kind did, and what it looks at: emptied by `a_kind`.
DONE: list[dict[str, Any]] = []
FACTS: dict[str, Any] = {}
CODE = "crm.export"  # of the first day's policies, and nobody's yet


def _execute(payload: Mapping[str, Any], *, request_id: int, actor: Any, now: Any) -> None:
    if payload.get("explodes"):
        raise Rejected("It went off.")
    DONE.append({"request": request_id, "by": str(actor), **payload})


def a_kind() -> Kind:
    """The kind of the tests: decided by back office and compliance."""
    DONE.clear()
    FACTS.clear()
    terms._kinds.pop(CODE, None)
    return terms.register(
        Kind(
            code=CODE,
            label="Credit",
            asks="accounts.withdrawal.request",
            decides="crm.client.decide_contacts",
            sees="accounts.payment.view",
            in_reach=known.requests_in_reach,
            describe=lambda payload: [("Credit", str(payload.get("amount", "")))],
            facts=lambda payload: dict(FACTS),
            execute=_execute,
            has_amount=True,
            may_be_alone=True,
        )
    )


def a_policy(seats: Any = ((),), *, kind: str = CODE, **rules: Any) -> None:
    """Let another policy be in force, by two administrators."""
    bands = rules.pop("bands", (Band(seats=tuple(tuple(seat) for seat in seats)),))
    first, second = a_staff_user("administrator"), a_staff_user("administrator")
    if terms.kind_of(kind).is_decided_elsewhere:
        rules.setdefault("hours", 0)
    request = policies.ask_for_policy(
        kind=kind,
        rules=Rules(bands=bands, **rules),
        reason="a test",
        key=uuid4(),
        actor=first.actor,
        now=NOW,
    )
    agreed(request, second)
    done = executing.execute(request_id=request.pk, actor=SETUP, now=NOW)
    assert done.state == "EXECUTED", done.closed_reason


def a_wish(**changes: Any) -> Wish:
    """A credit of 50.00 USD for account 7."""
    known: dict[str, Any] = {
        "key": uuid4(),
        "kind": CODE,
        "subject": ("account", 7),
        "payload": {"amount": "50.00"},
        "reason": "goodwill",
        "amount": "50.00",
        "currency": "USD",
    }
    return Wish(**(known | changes))


def asked(user: Any, *, origin: Origin = NOWHERE, **changes: Any) -> ApprovalRequest:
    """Ask for it."""
    return asking.ask(wish=a_wish(**changes), actor=user.actor, origin=origin, now=NOW)


def ballot(request: ApprovalRequest, reason: str = "", **changes: Any) -> Ballot:
    """What the page would send back now."""
    kind = terms.kind_of(request.kind)
    facts = asking.facts_now(kind, json.loads(request.payload))
    known = {"payload_digest": request.payload_digest, "facts": facts, "reason": reason}
    return Ballot(**(known | changes))


def agreed(request: ApprovalRequest, user: Any, **changes: Any) -> Any:
    """Agree as the page shows it now."""
    known = {"request_id": request.pk, "ballot": ballot(request), "actor": user.actor, "now": NOW}
    return voting.agree(**(known | changes))


def an_approval_of(client: Any, number: int = 0) -> ApprovalRequest:
    """A credit for a client that waits; asked for when it is first needed."""
    subject = ("client", f"{client.pk}-{number}")
    found = ApprovalRequest.objects.filter(subject_key=subject[1]).first()
    if found is not None:
        return found
    a_kind()
    wish = a_wish(subject=subject, client_id=client.pk)
    return asking.ask(wish=wish, actor=SETUP, now=clock.now())


def a_delegation() -> VoteDelegation:
    """A vote that somebody lent to another."""
    lender, now = a_voter(), clock.now()
    return delegating.delegate(
        to_user_id=a_voter().pk,
        starts_at=now,
        ends_at=now + timedelta(days=1),
        reason="away",
        actor=lender.actor,
        now=now,
    )


def a_voter(role: str = "back_office", **changes: Any) -> Any:
    """Somebody who may decide."""
    return a_staff_user(role, **changes)
