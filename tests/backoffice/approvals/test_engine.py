"""Asking, agreeing, turning down, expiring, carrying out: exactly once, or not at all."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from backoffice.approvals.actions import asking, closing, executing, refusals, voting
from backoffice.approvals.actions.policies import Band
from backoffice.approvals.models import ApprovalRequest, ApprovalVote
from backoffice.approvals.states import Standing
from backoffice.core import work
from backoffice.core.actors import Origin
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.models import EventRecord
from backoffice.core.states import IllegalMove
from backoffice.identity.actions import people
from tests.factories.accounts import approvals
from tests.factories.accounts.approvals import (
    DONE,
    FACTS,
    a_policy,
    a_voter,
    a_wish,
    agreed,
    asked,
    ballot,
)
from tests.factories.people import NOW, SETUP, a_client, a_staff_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=25)


@pytest.fixture(autouse=True)
def kind() -> Any:
    """The tests' own act."""
    return approvals.a_kind()


@pytest.fixture
def asker() -> Any:
    """Who asks."""
    return a_staff_user("sales_agent")


def state_of(request: ApprovalRequest) -> str:
    """Where it stands in the database."""
    return ApprovalRequest.objects.get(pk=request.pk).state


def told() -> list[str]:
    """The events about approvals, in their order."""
    names = EventRecord.objects.order_by("id").values_list("name", flat=True)
    return [name.rpartition(".")[2] for name in names if name.startswith("approvals.")]


def test_another_agrees_and_it_is_done_once_by_event(asker: Any) -> None:
    request = asked(asker)
    assert (request.state, request.seats, request.policy_id > 0) == ("WAITING", [[]], True)
    assert agreed(request, a_voter()).completes
    assert state_of(request) == "GRANTED"
    assert DONE == []
    work.run_due(NOW)
    executing.execute(request_id=request.pk, actor=SETUP, now=NOW)
    work.run_due(NOW)
    assert [{"request": request.pk, "by": str(asker.actor), "amount": "50.00"}] == DONE
    assert state_of(request) == "EXECUTED"
    assert told() == ["asked", "voted", "granted", "executed"]


def test_a_client_reads_it_on_their_timeline(asker: Any) -> None:
    client = a_client()
    asked(asker, client_id=client.pk)
    subjects = EventRecord.objects.get(name="approvals.request.asked").told()["subjects"]
    assert ["client", str(client.pk)] in subjects


def test_nobody_agrees_to_what_they_asked_for() -> None:
    voter = a_voter()
    request = asked(voter)
    with pytest.raises(refusals.SamePerson):
        agreed(request, voter)
    assert state_of(request) == "WAITING"


@pytest.mark.parametrize("same", ["session_digest", "device_digest"])
def test_nobody_agrees_from_where_it_was_asked_for(asker: Any, same: str) -> None:
    request = asked(asker, origin=Origin(**{same: "d1"}))
    voter = a_voter()
    with pytest.raises(refusals.SamePerson):
        agreed(request, voter, origin=Origin(**{same: "d1"}))
    assert agreed(request, voter, origin=Origin(**{same: "d2"})).completes


def test_nobody_decides_for_their_own_benefit(asker: Any) -> None:
    voter = a_voter()
    client = a_client(email=voter.email.upper())
    request = asked(asker, client_id=client.pk)
    with pytest.raises(refusals.SamePerson, match="benefit"):
        agreed(request, voter)
    assert agreed(request, a_voter()).completes


def test_who_lacks_the_right_has_no_seat(asker: Any) -> None:
    request = asked(asker)
    with pytest.raises(refusals.NotYours):
        agreed(request, a_staff_user("dealer"))


def test_two_seats_need_two_people_of_their_roles(asker: Any) -> None:
    a_policy([[], ["compliance"]])
    request = asked(asker)
    first, second, third = a_voter(), a_voter(), a_voter("compliance")
    assert not agreed(request, first).completes
    with pytest.raises(refusals.SamePerson):
        agreed(request, first)
    with pytest.raises(refusals.NotYours):
        agreed(request, second)  # the seat that is left is for compliance
    assert agreed(request, third).completes
    votes = ApprovalVote.objects.filter(request=request)
    assert sorted(votes.values_list("seat", flat=True)) == [0, 1]


@pytest.mark.parametrize(
    ("amount", "currency", "seats"),
    [("50.00", "USD", 1), ("1000.00", "USD", 1), ("1000.01", "USD", 2), ("5.00", "JPY", 2)],
)
def test_the_amount_decides_how_many(asker: Any, amount: str, currency: str, seats: int) -> None:
    above = Band(currency="USD", above=Decimal(1000), seats=((), ()))
    a_policy(bands=(Band(), above))
    assert len(asked(asker, amount=amount, currency=currency).seats) == seats


def test_other_facts_void_the_earlier_vote_visibly(asker: Any) -> None:
    a_policy([[], []])
    request = asked(asker)
    FACTS["free"] = "100.00"
    agreed(request, a_voter())
    FACTS["free"] = "10.00"
    second = agreed(request, a_voter())
    assert (second.voids, second.completes, second.round) == (1, False, 2)
    voted = EventRecord.objects.filter(name="approvals.request.voted").latest("id").told()
    assert voted["fields"]["voids"] == "1"
    assert agreed(request, a_voter()).completes


def test_what_was_seen_must_be_what_is_there(asker: Any) -> None:
    request = asked(asker)
    seen = ballot(request)
    FACTS["free"] = "10.00"
    with pytest.raises(refusals.LookAgain):
        agreed(request, a_voter(), ballot=seen)
    with pytest.raises(refusals.LookAgain):
        agreed(request, a_voter(), ballot=ballot(request, payload_digest="0" * 64))


def test_what_changed_after_the_votes_voids_it(asker: Any) -> None:
    request = asked(asker)
    agreed(request, a_voter())
    FACTS["free"] = "10.00"
    found = executing.execute(request_id=request.pk, actor=SETUP, now=NOW)
    assert (found.state, DONE) == ("VOIDED", [])
    assert "changed" in found.closed_reason
    assert told()[-1] == "closed"


def test_a_voter_who_may_not_any_more_voids_it(asker: Any) -> None:
    request, voter = asked(asker), a_voter()
    agreed(request, voter)
    people.suspend_staff(user_id=voter.pk, reason="left", actor=SETUP, now=NOW)
    assert executing.execute(request_id=request.pk, actor=SETUP, now=NOW).state == "VOIDED"
    assert DONE == []


def test_the_acts_own_no_voids_it_and_leaves_nothing(asker: Any) -> None:
    request = asked(asker, payload={"explodes": True})
    agreed(request, a_voter())
    found = executing.execute(request_id=request.pk, actor=SETUP, now=NOW)
    assert (found.state, found.closed_reason, found.executed_at) == ("VOIDED", "It went off.", None)


def test_one_no_is_enough_and_needs_a_reason(asker: Any) -> None:
    request, voter = asked(asker), a_voter()
    told_no = {"request_id": request.pk, "actor": voter.actor, "now": NOW}
    with pytest.raises(Rejected):
        voting.refuse(ballot=ballot(request), **told_no)
    voting.refuse(ballot=ballot(request, "not like this"), **told_no)
    found = ApprovalRequest.objects.get(pk=request.pk)
    assert (found.state, found.closed_by) == ("REFUSED", str(voter.actor))
    with pytest.raises(refusals.OverAlready):
        agreed(request, a_voter())


def test_only_who_asked_takes_it_back(asker: Any) -> None:
    request = asked(asker)
    with pytest.raises(refusals.SamePerson):
        closing.cancel(request_id=request.pk, actor=a_voter().actor, now=NOW)
    assert closing.cancel(request_id=request.pk, actor=asker.actor, now=NOW).state == "CANCELLED"
    with pytest.raises(IllegalMove):
        closing.cancel(request_id=request.pk, actor=asker.actor, now=NOW)


def test_what_nobody_decides_expires(asker: Any) -> None:
    request = asked(asker)
    assert closing.expire(request_id=request.pk, actor=SETUP, now=NOW).state == "WAITING"
    with pytest.raises(refusals.OverAlready):
        agreed(request, a_voter(), now=LATER)
    assert closing.expire(request_id=request.pk, actor=SETUP, now=LATER).state == "EXPIRED"


def test_the_same_form_asks_once_and_the_same_thing_waits_once(asker: Any) -> None:
    wish = a_wish()
    told_wish = {"actor": asker.actor, "now": NOW}
    first = asking.ask(wish=wish, **told_wish)
    assert asking.ask(wish=wish, **told_wish).pk == first.pk
    with pytest.raises(Conflict):
        asking.ask(wish=a_wish(key=wish.key, payload={"amount": "51.00"}), **told_wish)
    with pytest.raises(refusals.AnotherWaits):
        asking.ask(wish=a_wish(), **told_wish)


def test_askers_of_a_policy_are_the_only_ones(asker: Any) -> None:
    a_policy([[]], askers=("dealer",))
    with pytest.raises(refusals.NotAskable):
        asked(asker)
    assert asked(a_staff_user("dealer")).state == "WAITING"


def test_alone_is_done_at_once_and_reviewed_by_another_the_next_morning(asker: Any) -> None:
    a_policy([])
    request = asked(asker)
    assert request.state == Standing.GRANTED
    assert executing.execute(request_id=request.pk, actor=SETUP, now=NOW).state == "EXECUTED"
    assert len(DONE) == 1
    assert request.review_at.isoformat() == "2026-03-03T06:00:00+00:00"
    words = {"request_id": request.pk, "is_in_order": True, "now": NOW}
    with pytest.raises(refusals.NotYours):
        voting.review(ballot=ballot(request), actor=asker.actor, **words)
    voter = a_voter()
    voting.review(ballot=ballot(request), actor=voter.actor, **words)
    assert ApprovalRequest.objects.get(pk=request.pk).reviewed_by == str(voter.actor)
    with pytest.raises(refusals.OverAlready):
        voting.review(ballot=ballot(request), actor=a_voter().actor, **words)


def test_nobody_acts_alone_for_their_own_benefit(asker: Any) -> None:
    a_policy([])
    client = a_client(email=asker.email)
    assert asked(asker, client_id=client.pk).state == "WAITING"
