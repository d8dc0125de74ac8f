"""PostgreSQL refuses a breach by direct SQL as the application, whatever Python would say."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from backoffice.approvals.actions import executing
from backoffice.approvals.actions.refusals import constraint_of
from backoffice.approvals.models import ApprovalPolicy, ApprovalRequest, ApprovalVote
from backoffice.approvals.states import APPROVAL
from backoffice.core.actors import Origin
from tests.factories.accounts import approvals
from tests.factories.accounts.approvals import a_policy, a_voter, agreed, asked
from tests.factories.people import NOW, SETUP, a_staff_user

pytestmark = pytest.mark.django_db
TABLES = (
    "approvals_approvalrequest",
    "approvals_approvalvote",
    "approvals_approvalpolicy",
    "approvals_votedelegation",
    "approvals_clientinterest",
)


@pytest.fixture(autouse=True)
def kind() -> Any:
    """The tests' own act."""
    return approvals.a_kind()


@pytest.fixture
def request_(db: None) -> ApprovalRequest:
    """A request from a known session, that waits for two."""
    a_policy([[], []])
    return asked(a_staff_user("back_office"), origin=Origin("session", "device"))


def run(sql: str, *values: Any) -> None:
    """One statement of somebody at the database's door."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql: str, *values: Any) -> str:
    """Run a statement that is refused; return by which constraint."""
    with pytest.raises(IntegrityError) as found, transaction.atomic():
        run(sql, *values)
    return constraint_of(found.value)


def vote(request: ApprovalRequest, voter_id: int, **changes: Any) -> tuple[str, list[Any]]:
    """The plainest INSERT of a vote."""
    columns = {
        "request_id": request.pk,
        "voter_id": voter_id,
        "verdict": "AGREE",
        "reason": "",
        "payload_digest": request.payload_digest,
        "facts": request.facts,
        "picture": "{}",
        "session_digest": "other",
        "device_digest": "other",
        "stepped_up": False,
        "cast_at": NOW,
    } | changes
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    sql = f"INSERT INTO approvals_approvalvote ({names}) VALUES ({places})"  # noqa: S608
    return sql, list(columns.values())


def test_the_application_is_who_asks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("mt4bo_app",)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"session_digest": "session"}, "approvals_vote_session"),
        ({"device_digest": "device"}, "approvals_vote_device"),
        ({"payload_digest": "0" * 64}, "approvals_vote_payload"),
        ({"cast_at": NOW - timedelta(seconds=1)}, "approvals_vote_early"),
        ({"cast_at": NOW + timedelta(hours=25)}, "approvals_vote_late"),
        ({"verdict": "REFUSE"}, "approvals_vote_reason"),
        ({"verdict": "MAYBE"}, "approvals_vote_words"),
    ],
)
def test_a_vote_that_may_not_be_is_refused(
    request_: ApprovalRequest, changes: Any, constraint: str
) -> None:
    sql, values = vote(request_, a_voter().pk, **changes)
    assert refused(sql, *values) == constraint


def test_maker_idler_and_dealer_cast_no_vote(request_: ApprovalRequest) -> None:
    maker = int(request_.asked_by.removeprefix("staff:"))
    for voter_id, constraint in (
        (maker, "approvals_vote_maker"),
        (a_staff_user("dealer").pk, "approvals_vote_right"),
        (a_voter(is_active=False).pk, "approvals_vote_right"),
    ):
        sql, values = vote(request_, voter_id)
        assert refused(sql, *values) == constraint


def test_one_person_has_one_vote_and_made_up_seats_count_for_nothing(
    request_: ApprovalRequest,
) -> None:
    voter = a_voter()
    sql, values = vote(request_, voter.pk, seat=1, completes=True, round=9)
    run(sql, *values)
    cast = ApprovalVote.objects.latest("id")
    assert (cast.seat, cast.completes, cast.round) == (0, False, 1)
    assert refused(sql, *values) == "approvals_vote_twice"


@pytest.mark.parametrize("state", ["GRANTED", "EXECUTED", "REFUSED", "CANCELLED", "EXPIRED"])
def test_no_state_is_reached_by_hand(request_: ApprovalRequest, state: str) -> None:
    agreed(request_, a_voter())  # one of two
    sql = (
        "UPDATE approvals_approvalrequest SET state = %s, granted_at = %s, executed_at = %s, "
        "closed_at = %s, closed_by = 'staff:0', closed_reason = 'x' WHERE id = %s"
    )
    assert refused(sql, state, NOW, NOW, NOW, request_.pk).startswith("approvals_request_")


@pytest.mark.parametrize(
    "change",
    [
        "payload = '{}', payload_digest = approvals_digest('{}')",
        "payload_digest = 'x'",
        "amount = 1",
        "seats = '[]'",
        "permission = 'crm.client.view'",
        "asked_by = 'staff:0'",
        "asked_session = ''",
        "deadline_at = NULL",
        "facts = 'x', facts_digest = approvals_digest('x')",
        "round = round + 2",
        "reviewed_by = 'staff:0', reviewed_at = now()",
    ],
)
def test_what_was_asked_for_never_changes(request_: ApprovalRequest, change: str) -> None:
    agreed(request_, a_voter())
    sql = f"UPDATE approvals_approvalrequest SET {change} WHERE id = %s"  # noqa: S608
    assert refused(sql, request_.pk).startswith("approvals_request_")


def test_a_quorum_that_fell_apart_executes_nothing(request_: ApprovalRequest) -> None:
    first, second = a_voter(), a_voter()
    agreed(request_, first)
    assert agreed(request_, second).completes
    run("UPDATE identity_user SET is_active = false WHERE id = %s", second.pk)
    sql = "UPDATE approvals_approvalrequest SET state = 'EXECUTED', executed_at = %s WHERE id = %s"
    assert refused(sql, NOW, request_.pk) == "approvals_request_quorum"
    run("UPDATE identity_user SET is_active = true WHERE id = %s", second.pk)
    run(sql, NOW, request_.pk)


def test_nothing_is_executed_twice(request_: ApprovalRequest) -> None:
    agreed(request_, a_voter())
    agreed(request_, a_voter())
    executing.execute(request_id=request_.pk, actor=SETUP, now=NOW)
    sql = "UPDATE approvals_approvalrequest SET state = 'GRANTED' WHERE id = %s"
    assert refused(sql, request_.pk) == "approvals_request_lawful"
    sql = "UPDATE approvals_approvalrequest SET executed_at = %s WHERE id = %s"
    assert refused(sql, NOW + timedelta(1), request_.pk) == "approvals_request_decided"


def test_a_request_cannot_be_born_decided() -> None:
    request = asked(a_staff_user("sales_agent"))
    columns = (
        "kind, subject_kind, amount, picture, asked_facts, facts, facts_digest, reason, asked_by"
    )
    rest = "asked_at, asked_session, asked_device, payload, payload_digest, currency"
    closed = "closed_by, closed_reason, reviewed_by"
    sql = (
        f"INSERT INTO approvals_approvalrequest (key, subject_key, state, seats, permission, "  # noqa: S608
        f"policy_id, {columns}, {rest}, {closed}) SELECT gen_random_uuid(), '8', 'GRANTED', '[]', "
        f"'crm.client.view', 1, {columns}, {rest}, {closed} FROM approvals_approvalrequest "
        "WHERE id = %s"
    )
    run(sql, request.pk)
    born = ApprovalRequest.objects.latest("id")
    assert (born.state, born.seats, born.granted_at) == ("WAITING", [[]], None)
    assert born.permission == "crm.client.decide_contacts"


def test_a_policy_needs_its_approval(request_: ApprovalRequest) -> None:
    sql = (
        "INSERT INTO approvals_approvalpolicy (kind, version, payload, rules, set_by, set_at, "
        "reason, request_id) SELECT kind, version + 1, payload, rules, 'staff:1', now(), 'x', %s "
        "FROM approvals_approvalpolicy WHERE id = %s"
    )
    latest = ApprovalPolicy.objects.latest("id")
    for number in (None, request_.pk):
        assert refused(sql, number, latest.pk) == "approvals_policy_approved"


@pytest.mark.parametrize("table", TABLES)
def test_nothing_of_it_is_deleted(table: str) -> None:
    for change in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):  # noqa: S608
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            run(change)


@pytest.mark.parametrize("table", TABLES[1:3])
def test_votes_and_policies_only_grow(table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        run(f"UPDATE {table} SET reason = 'x'")  # noqa: S608


def test_the_database_knows_the_same_moves() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM approvals_lawful_move")
        known = set(cursor.fetchall())
    assert known == {(str(before), str(after)) for (before, _), after in APPROVAL.moves.items()}
