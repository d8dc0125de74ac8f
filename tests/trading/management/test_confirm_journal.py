"""`manage.py confirm_journal`: only when nothing is under way, by two people, and told."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from backoffice.core import clock, records
from tests.factories.market import NOON
from tests.factories.servers import ACTOR, MemoryGateway, a_server, some_owners
from trading.actions import balance
from trading.models import BalanceAttempt, BalanceOperation, Server
from trading.states import Operation
from trading.terms import BalanceKind

pytestmark = pytest.mark.django_db
PEOPLE = {"by": "Ada", "second": "Grace"}


@pytest.fixture
def server() -> Server:
    return a_server()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> MemoryGateway:
    made = MemoryGateway()
    monkeypatch.setattr("trading.actions.agent_journals.gateway_of", lambda server: made)
    return made


def test_two_people_let_an_agent_send_again(server: Server, gateway: MemoryGateway) -> None:
    out = StringIO()
    call_command("confirm_journal", server.code, **PEOPLE, stdout=out)
    assert gateway.confirmed == [("journal-1", "Ada", "Grace")]
    assert out.getvalue() == f"The journal journal-1 of {server.code} is confirmed.\n"
    told = records.for_subject("server", server.pk)[0]
    assert (told.name, told.fields["second"]) == ("trading.server.journal_confirmed", "Grace")


@pytest.mark.parametrize("second", ["Ada", " Ada ", " "])
def test_one_person_alone_confirms_nothing(
    server: Server, gateway: MemoryGateway, second: str
) -> None:
    with pytest.raises(CommandError, match="Two different people"):
        call_command("confirm_journal", server.code, by="Ada", second=second)
    assert gateway.confirmed == []


def test_an_unknown_server_and_a_silent_agent_are_one_sentence(
    server: Server, gateway: MemoryGateway
) -> None:
    with pytest.raises(CommandError, match="no server nowhere"):
        call_command("confirm_journal", "nowhere", **PEOPLE)
    gateway.fails = {"server_info"}
    with pytest.raises(CommandError, match="does not answer"):
        call_command("confirm_journal", server.code, **PEOPLE)
    assert gateway.confirmed == []


@pytest.mark.parametrize("state", [Operation.SENDING, Operation.UNCERTAIN])
def test_what_is_under_way_is_settled_first(
    server: Server, gateway: MemoryGateway, state: Operation
) -> None:
    account = some_owners(server, 1001)[1001]
    operation = balance.plan_operation(
        key=uuid4(), account_id=account.account_id, kind=BalanceKind.BALANCE,
        amount=Decimal("5.00"), actor=ACTOR, now=NOON,
    )  # fmt: skip
    BalanceOperation.objects.filter(pk=operation.pk).update(
        state=state, attempts=1, deadline_at=NOON
    )
    with pytest.raises(CommandError, match="1 operations"):
        call_command("confirm_journal", server.code, **PEOPLE)
    assert gateway.confirmed == []


def test_no_command_may_still_be_in_time(server: Server, gateway: MemoryGateway) -> None:
    """What was confirmed at once can be delivered again: only its deadline stops it then."""
    account = some_owners(server, 1001)[1001]
    operation = balance.plan_operation(
        key=uuid4(), account_id=account.account_id, kind=BalanceKind.BALANCE,
        amount=Decimal("5.00"), actor=ACTOR, now=NOON,
    )  # fmt: skip
    attempt = BalanceAttempt.objects.create(
        operation=operation, number=1, begun_at=NOON, journal_id="old",
        deadline_at=clock.now() + timedelta(minutes=1),
    )  # fmt: skip
    with pytest.raises(CommandError, match="still be in time"):
        call_command("confirm_journal", server.code, **PEOPLE)
    assert gateway.confirmed == []

    BalanceAttempt.objects.filter(pk=attempt.pk).update(deadline_at=NOON)
    call_command("confirm_journal", server.code, **PEOPLE)
    assert len(gateway.confirmed) == 1
