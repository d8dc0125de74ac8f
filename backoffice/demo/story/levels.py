"""KYC levels of the clients who sign in: the back office asks, compliance agrees."""

import json
from uuid import NAMESPACE_URL, uuid5

from backoffice.approvals import terms
from backoffice.approvals.actions import asking, executing, voting
from backoffice.approvals.queries import requests
from backoffice.approvals.terms import Ballot
from backoffice.core.clock import now
from backoffice.demo.asking import staff
from backoffice.demo.story.staff import ACTOR
from crm.actions import kyc
from crm.actions.kyc import KycWish

RESIDENCE_PROVED = 2


def prove(client_id: int) -> None:
    """Raise a client's level to what lets them pay in, transfer and withdraw."""
    wish = KycWish(
        key=uuid5(NAMESPACE_URL, f"mt4-backoffice demo kyc {client_id}"),
        level=RESIDENCE_PROVED,
        reason="Passport and a bank statement seen",
    )
    asker, officer = staff("back.office@linden.example"), staff("compliance@linden.example")
    number = kyc.ask_for_level(client_id=client_id, wish=wish, actor=asker.actor, now=now())
    request = requests.get_request_for(officer, number)
    facts = asking.facts_now(terms.kind_of(request.kind), json.loads(request.payload))
    ballot = Ballot(payload_digest=request.payload_digest, facts=facts)
    voting.agree(request_id=number, ballot=ballot, actor=officer.actor, now=now())
    executing.execute(request_id=number, actor=ACTOR, now=now())
