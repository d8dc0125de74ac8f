"""Money goes into MetaTrader once: the protocol over a real wire and gate, fault by fault."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict
from backoffice.core.models import EventRecord
from backoffice.settings.env import AgentKey
from tests.factories.agents import KEY, KEY_ID, Running, Script, an_agent
from tests.factories.money import a_login
from trading.actions import balance, looking_up, verdicts
from trading.gateway import registry
from trading.gateway.agent.engine import LinkError
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import (
    AbsenceEvidence,
    BalanceAttempt,
    BalanceOperation,
    SendingTerms,
    TradingAccount,
)
from trading.states import Ending, Operation
from trading.terms import BalanceKind

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
LATER = timedelta(minutes=5)


@pytest.fixture
def script() -> Script:
    """The MetaTrader of the test."""
    return Script()


@pytest.fixture
def running(script: Script, tmp_path: Path, settings: Any) -> Iterator[Running]:
    """Its agent; the server `live-1` is reached by it."""
    settings.MT4_AGENT_KEYS = {"live-1": AgentKey(KEY_ID, KEY)}
    registry.register(RemoteGateway)
    with an_agent(script, tmp_path) as agent:
        yield agent
    registry.register(RemoteGateway)


@pytest.fixture
def account(running: Running) -> TradingAccount:
    """A login on that server, whose sending terms are set."""
    account = a_login(7)
    server = account.server
    server.agent_url = running.address.url
    server.save(update_fields=["agent_url"])
    SendingTerms.objects.create(
        server=server,
        deadline_ms=5000,
        transport_delay_ms=100,
        clock_skew_ms=100,
        visibility_lag_ms=100,
        set_by="staff:1",
        set_at=clock.now(),
    )
    return account


def planned(account: TradingAccount, amount: str = "-70.00", **fields: Any) -> BalanceOperation:
    known: dict[str, Any] = {
        "key": uuid4(),
        "account_id": account.pk,
        "kind": BalanceKind.BALANCE,
        "amount": Decimal(amount),
        "actor": ACTOR,
        "now": clock.now(),
    }
    return balance.plan_operation(**{**known, **fields})


def sent(operation: BalanceOperation) -> Operation:
    return balance.send_operation(operation_id=operation.pk, actor=ACTOR, now=clock.now())


def looked_up(operation: BalanceOperation, now: datetime | None = None) -> Operation:
    return looking_up.look_up(
        operation_id=operation.pk, actor=ACTOR, now=now or clock.now() + LATER
    )


def proved_absent(operation: BalanceOperation) -> Operation:
    """Look until it is proved: the attempt is closed, it settles, and it is searched for twice."""
    later = clock.now() + LATER
    for seconds, words in ((0, "settle time"), (1, "once more")):
        with pytest.raises(looking_up.StillUnknown, match=words):
            looked_up(operation, later + timedelta(seconds=seconds))
    return looked_up(operation, later + timedelta(seconds=2))


def names(operation: BalanceOperation) -> list[str]:
    events = EventRecord.objects.filter(name__startswith="trading.operation").order_by("id")
    told = [event.told() for event in events]
    return [
        fields["event"].rpartition(".")[2]
        for fields in told
        if fields["fields"]["operation_id"] == str(operation.pk)
    ]


def broken(script: Script) -> Callable[[], None]:
    def lose() -> None:
        script.before = script.after = lambda: None
        raise LinkError("the line broke")

    return lose


def test_a_yes_is_a_ticket_that_was_read_back(account: TradingAccount, script: Script) -> None:
    operation = planned(account)

    assert sent(operation) == Operation.CONFIRMED

    operation.refresh_from_db()
    (record,) = script.booked
    assert (operation.ticket, operation.attempts) == (record.ticket, 1)
    assert (record.login, record.profit) == (7, Decimal("-70.00"))
    assert record.comment == operation.marker
    assert names(operation) == ["planned", "confirmed"]


def test_a_no_is_final(account: TradingAccount, script: Script) -> None:
    script.code, script.books = 134, False
    operation = planned(account)

    assert sent(operation) == Operation.REFUSED
    with pytest.raises(Conflict):
        sent(operation)

    assert script.sent == 1
    assert names(operation) == ["planned", "refused"]


@pytest.mark.parametrize("code", [1, 2, 4, 6, 8, 9, 65, 128, 132, 142, 143, 255, 999])
def test_any_other_code_proves_nothing_and_the_record_is_found(
    account: TradingAccount, script: Script, code: int
) -> None:
    script.code = code
    operation = planned(account)

    assert sent(operation) == Operation.UNCERTAIN
    assert looked_up(operation) == Operation.CONFIRMED
    assert (script.sent, len(script.booked)) == (1, 1)
    assert names(operation) == ["planned", "uncertain", "confirmed"]


def test_an_answer_lost_after_the_booking_is_found(account: TradingAccount, script: Script) -> None:
    script.after = broken(script)
    operation = planned(account)

    assert sent(operation) == Operation.UNCERTAIN
    with pytest.raises(Conflict):
        sent(operation)
    assert looked_up(operation) == Operation.CONFIRMED
    assert len(script.booked) == 1


def test_what_never_arrived_is_proved_absent_and_sent_again(
    account: TradingAccount, script: Script
) -> None:
    script.before = broken(script)
    operation = planned(account)

    assert sent(operation) == Operation.UNCERTAIN
    assert proved_absent(operation) == Operation.ABSENT
    assert sent(operation) == Operation.CONFIRMED

    operation.refresh_from_db()
    assert (operation.attempts, len(script.booked)) == (2, 1)
    evidence = AbsenceEvidence.objects.get()
    assert evidence.attempt.number == 1
    assert evidence.facts["answer"] == "searched"
    assert names(operation) == ["planned", "uncertain", "absent", "confirmed"]


def test_absence_is_not_proved_before_its_time(account: TradingAccount, script: Script) -> None:
    script.before = broken(script)
    operation = planned(account)
    sent(operation)

    with pytest.raises(looking_up.StillUnknown, match="settle time"):
        looked_up(operation, clock.now())
    later = clock.now() + LATER
    for words in ("once more", "too soon"):
        with pytest.raises(looking_up.StillUnknown, match=words):
            looked_up(operation, later)

    operation.refresh_from_db()
    assert operation.state == Operation.UNCERTAIN


def test_a_record_that_shows_late_is_found_by_the_second_search(
    account: TradingAccount, script: Script
) -> None:
    script.after = broken(script)
    operation = planned(account)
    sent(operation)
    script.seen_late = 2  # one look while it settles, and the first search

    assert proved_absent(operation) == Operation.CONFIRMED
    assert AbsenceEvidence.objects.count() == 0


def test_a_sender_that_died_is_settled_after_its_deadline(
    account: TradingAccount, script: Script
) -> None:
    operation = planned(account)
    balance._begin(  # and here it dies
        operation_id=operation.pk, info=balance._asked(_gateway(account)), now=clock.now()
    )

    with pytest.raises(looking_up.StillUnknown, match="under way"):
        looked_up(operation, clock.now())
    assert proved_absent(operation) == Operation.ABSENT
    assert BalanceAttempt.objects.get().ending == Ending.SILENT
    assert sent(operation) == Operation.CONFIRMED
    assert len(script.booked) == 1


def test_a_zombie_that_wakes_up_after_the_proof_sends_nothing(
    account: TradingAccount, script: Script
) -> None:
    operation = planned(account)
    asleep = balance._begin(
        operation_id=operation.pk, info=balance._asked(_gateway(account)), now=clock.now()
    )
    proved_absent(operation)
    assert sent(operation) == Operation.CONFIRMED

    with pytest.raises(Exception, match="closed"):
        balance._told(_gateway(account), asleep)

    assert (script.sent, len(script.booked)) == (1, 1)


def test_a_late_yes_is_taken_while_it_is_looked_for(account: TradingAccount) -> None:
    operation = planned(account)
    attempt = balance._begin(
        operation_id=operation.pk, info=balance._asked(_gateway(account)), now=clock.now()
    )
    verdicts.silent(attempt=attempt, actor=ACTOR, now=clock.now())

    state = verdicts.confirmed(attempt=attempt, ticket=12, code=0, actor=ACTOR, now=clock.now())

    assert state == Operation.CONFIRMED


def test_a_yes_after_the_proof_of_absence_goes_to_a_person(account: TradingAccount) -> None:
    operation = planned(account)
    attempt = balance._begin(
        operation_id=operation.pk, info=balance._asked(_gateway(account)), now=clock.now()
    )
    proved_absent(operation)

    state = verdicts.confirmed(attempt=attempt, ticket=12, code=0, actor=ACTOR, now=clock.now())

    assert state == Operation.MANUAL
    assert names(operation)[-2:] == ["contradicted", "handed_over"]


def test_what_is_found_twice_or_otherwise_goes_to_a_person(
    account: TradingAccount, script: Script
) -> None:
    for change in ({"login": 8}, {"profit": Decimal("-70.01")}, None):
        script.after = broken(script)
        operation = planned(account)
        sent(operation)
        _spoil(script, change)

        assert looked_up(operation) == Operation.MANUAL


def test_a_closed_window_changes_nothing(account: TradingAccount, script: Script) -> None:
    script.closed_window = True
    operation = planned(account)

    assert sent(operation) == Operation.SENDING
    operation.refresh_from_db()
    assert "end of its day" in operation.reason
    script.closed_window = False
    assert proved_absent(operation) == Operation.ABSENT
    assert sent(operation) == Operation.CONFIRMED
    assert script.sent == 1


def test_an_agent_that_is_away_uses_up_no_attempt(account: TradingAccount) -> None:
    account.server.agent_url = "http://127.0.0.1:9"
    account.server.save(update_fields=["agent_url"])
    operation = planned(account)

    with pytest.raises(balance.NotReachable):
        sent(operation)

    operation.refresh_from_db()
    assert (operation.state, operation.attempts) == (Operation.NOT_STARTED, 0)


def test_no_money_goes_where_nothing_was_measured(account: TradingAccount, script: Script) -> None:
    SendingTerms.objects.all().delete()
    operation = planned(account)

    with pytest.raises(balance.NoSendingTerms):
        sent(operation)

    assert script.sent == 0


def test_one_key_is_one_operation(account: TradingAccount) -> None:
    key = UUID(int=7)
    first = planned(account, key=key)

    assert planned(account, key=key) == first
    with pytest.raises(Conflict):
        planned(account, "-70.01", key=key)
    assert names(first) == ["planned"]


@pytest.mark.parametrize("amount", ["0", "0.001", "10000000000000.00"])
def test_an_amount_that_metatrader_cannot_hold_is_refused(
    account: TradingAccount, amount: str
) -> None:
    with pytest.raises(balance.NotSendable):
        planned(account, amount)


def _gateway(account: TradingAccount) -> Any:
    return balance.gateway_of(account.server)


def _spoil(script: Script, change: dict[str, Any] | None) -> None:
    record = script.booked.pop()
    copies = [record, replace(record, ticket=record.ticket + 50)]
    script.booked += copies if change is None else [replace(record, **change)]
