"""Who has to agree: changed by two people, versioned; delegation; interests; roles."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from backoffice.approvals.actions import (
    delegating,
    executing,
    policies,
    refusals,
    role_changes,
    voting,
)
from backoffice.approvals.actions.policies import Band, Rules
from backoffice.approvals.actions.role_changes import RoleWish
from backoffice.approvals.models import ApprovalPolicy, ClientInterest, VoteDelegation
from backoffice.approvals.queries import policies as reading
from backoffice.approvals.queries.page import get_page_for
from backoffice.core.actors import NOWHERE
from backoffice.core.errors import Conflict
from tests.factories.accounts import approvals
from tests.factories.accounts.approvals import CODE, a_policy, a_voter, agreed, asked, ballot
from tests.factories.people import NOW, SETUP, a_client, a_staff_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def kind() -> Any:
    """The tests' own act."""
    return approvals.a_kind()


def ask(rules: Rules, kind: str = CODE) -> Any:
    """Ask for a policy, as an administrator."""
    administrator = a_staff_user("administrator")
    return policies.ask_for_policy(
        kind=kind, rules=rules, reason="more", key=uuid4(), actor=administrator.actor, now=NOW
    )


def test_a_policy_is_changed_by_two_and_the_old_one_stays() -> None:
    before = reading.in_force(CODE)
    request = ask(Rules(hours=5))
    assert reading.in_force(CODE) == before
    agreed(request, a_staff_user("compliance"))
    executing.execute(request_id=request.pk, actor=SETUP, now=NOW)
    after = reading.in_force(CODE)
    assert (after.version, after.rules["hours"], after.request_id) == (2, "5", request.pk)
    assert [one.version for one in reading.list_versions_of(CODE)] == [2, 1]


def test_a_change_is_shown_beside_what_it_replaces_also_afterwards() -> None:
    auditor = a_staff_user("auditor")

    def shown(request: Any) -> dict[str, tuple[str, str]]:
        page = get_page_for(auditor, request.pk, origin=NOWHERE, now=NOW)
        return {one.word: (one.then, one.now) for one in page.words if one.is_changed}

    large = Band(currency="USD", above=Decimal(1000), seats=(("risk",), ()))
    wider = ask(Rules(hours=5, bands=(Band(), large)))
    differences = shown(wider)
    assert differences == {
        "Time to decide": (f"{reading.in_force(CODE).rules['hours']} h", "5 h"),
        "Above 1,000.00 USD": ("", "Risk + whoever may decide"),
    }
    agreed(wider, a_staff_user("compliance"))
    executing.execute(request_id=wider.pk, actor=SETUP, now=NOW)
    narrower = ask(Rules(hours=5, bands=(Band(seats=(("risk",),)),)))
    assert shown(wider) == differences
    assert shown(narrower) == {
        "Who has to agree": ("whoever may decide", "Risk"),
        "Above 1,000.00 USD": ("Risk + whoever may decide", ""),
    }


def test_of_two_changes_at_once_the_second_is_void() -> None:
    first = ask(Rules(hours=5))
    agreed(first, a_staff_user("compliance"))
    ApprovalPolicy.objects.get(kind=CODE, version=1)
    a_second = ask(Rules(hours=6), kind="approvals.policy")
    assert a_second.subject_key == "approvals.policy"
    with pytest.raises(refusals.AnotherWaits):
        ask(Rules(hours=7))


@pytest.mark.parametrize(
    "rules",
    [
        Rules(hours=-1),
        Rules(hours=9999),
        Rules(askers=("king",)),
        Rules(bands=()),
        Rules(bands=(Band(), Band())),
        Rules(bands=(Band(), Band(currency="usd", above=Decimal(1)))),
        Rules(bands=(Band(), Band(currency="USD", above=Decimal(-1)))),
        Rules(bands=(Band(), Band(currency="USD", above=Decimal("NaN")))),
        Rules(bands=(Band(), Band(currency="USD", above=Decimal("100.001")))),
        Rules(bands=(Band(seats=(("king",),)),)),
        Rules(bands=(Band(seats=((),) * 6),)),
    ],
)
def test_rules_that_cannot_be_are_explained(rules: Rules) -> None:
    with pytest.raises(policies.BadRules):
        ask(rules)


def test_rules_in_force_are_not_asked_for_and_some_acts_are_never_alone() -> None:
    with pytest.raises(Conflict):
        ask(Rules())
    with pytest.raises(policies.BadRules, match="alone"):
        ask(Rules(bands=(Band(seats=()),)), kind="identity.role_grant")
    with pytest.raises(policies.BadRules, match="amount"):
        ask(Rules(bands=(Band(), Band(currency="USD"))), kind="identity.role_grant")


def test_the_simulator_says_which_rule_takes_an_amount() -> None:
    a_policy(bands=(Band(), Band(currency="USD", above=Decimal(1000), seats=((), ("risk",)))))
    policy = reading.in_force(CODE)
    assert reading.seats_for(policy, Decimal(1000), "USD") == [[]]
    assert reading.seats_for(policy, Decimal("1000.01"), "USD") == [[], ["risk"]]
    assert reading.seats_for(policy, None, "") == [[]]


def test_a_delegate_votes_in_the_place_of_one_who_may() -> None:
    absent, delegate = a_voter(), a_staff_user("dealer")
    made = delegating.delegate(
        to_user_id=delegate.pk,
        starts_at=NOW,
        ends_at=NOW + DAY,
        reason="away",
        actor=absent.actor,
        now=NOW,
    )
    asker = a_staff_user("sales_agent")
    first = agreed(asked(asker), delegate)
    assert (first.for_user_id, first.completes) == (absent.pk, True)
    own = asked(absent, subject=("account", 8))
    with pytest.raises(refusals.NotYours):
        agreed(own, delegate)  # nobody lends a vote about what they asked for
    delegating.end_delegation(delegation_id=made.pk, actor=absent.actor, now=NOW)
    with pytest.raises(refusals.NotYours):
        agreed(asked(asker, subject=("account", 9)), delegate)
    with pytest.raises(Conflict):
        delegating.end_delegation(delegation_id=made.pk, actor=absent.actor, now=NOW)


def test_a_delegate_and_who_they_stand_in_for_are_one_person() -> None:
    a_policy([[], []])
    absent, delegate = a_voter(), a_voter()
    VoteDelegation.objects.create(
        from_user=absent, to_user=delegate, starts_at=NOW, ends_at=NOW + DAY, reason="away"
    )
    request = asked(a_staff_user("sales_agent"))
    vote = voting.cast(
        request_id=request.pk,
        verdict="AGREE",
        ballot=ballot(request),
        for_user_id=absent.pk,
        actor=delegate.actor,
        origin=NOWHERE,
        now=NOW,
    )
    assert vote.for_user_id == absent.pk
    for person in (absent, delegate):
        with pytest.raises(refusals.SamePerson):
            agreed(request, person)


@pytest.mark.parametrize("days", [0, 31])
def test_a_delegation_has_an_end(days: int) -> None:
    with pytest.raises(delegating.NotPossible):
        delegating.delegate(
            to_user_id=a_voter().pk,
            starts_at=NOW,
            ends_at=NOW + days * DAY,
            reason="away",
            actor=a_voter().actor,
            now=NOW,
        )


def test_who_decides_about_nothing_has_nothing_to_lend() -> None:
    with pytest.raises(delegating.NotPossible):
        delegating.delegate(
            to_user_id=a_voter().pk,
            starts_at=NOW,
            ends_at=NOW + DAY,
            reason="away",
            actor=a_staff_user("sales_agent").actor,
            now=NOW,
        )


def test_a_noted_client_record_is_ones_own() -> None:
    voter, client = a_voter(), a_client()
    for _again in range(2):
        delegating.note_interest(user_id=voter.pk, client_id=client.pk, actor=SETUP, now=NOW)
    assert ClientInterest.objects.count() == 1
    with pytest.raises(refusals.SamePerson):
        agreed(asked(a_staff_user("sales_agent"), client_id=client.pk), voter)


def test_a_role_is_given_and_taken_by_two() -> None:
    boss, second, person = (
        a_staff_user("administrator"),
        a_staff_user("compliance"),
        a_staff_user("sales_agent"),
    )
    wish = RoleWish(key=uuid4(), user_id=person.pk, role="risk", reason="joins risk")
    with pytest.raises(refusals.NotAskable):
        role_changes.ask_for_role(role=wish, actor=second.actor, now=NOW)
    with pytest.raises(refusals.SamePerson):
        role_changes.ask_for_role(role=replace(wish, user_id=boss.pk), actor=boss.actor, now=NOW)
    request = role_changes.ask_for_role(role=wish, actor=boss.actor, now=NOW)
    agreed(request, second)
    assert executing.execute(request_id=request.pk, actor=SETUP, now=NOW).state == "EXECUTED"
    grant = person.grants.get(role__code="risk")
    back = role_changes.ask_to_revoke(
        grant_id=grant.pk, reason="left risk", key=uuid4(), actor=boss.actor, now=NOW
    )
    assert executing.execute(request_id=back.pk, actor=SETUP, now=NOW).state == "EXECUTED"
    grant.refresh_from_db()
    assert (grant.revoked_by, back.review_at is not None) == (str(boss.actor), True)
