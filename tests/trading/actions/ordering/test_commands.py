"""Commands about accounts: who may ask, who confirms, what is sent, what a lost answer becomes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from backoffice.approvals.actions import closing, refusals
from backoffice.core import records
from backoffice.core.actors import Actor
from backoffice.core.errors import Later, Rejected
from tests.factories.accounts.orders import AccountGateway, a_wish
from tests.factories.house import House
from tests.factories.market import NOON, a_group
from tests.factories.people import a_staff_user
from trading.actions.ordering import approving, asking, carrying, settling
from trading.gateway.errors import NotSent, Refused, Uncertain
from trading.mirror import books
from trading.models import AccountCommand, Position, TradingAccount
from trading.states import ACCOUNT_ORDER, AccountOrder, AccountVerb

SYSTEM = Actor.system("settle")
LATER = NOON + timedelta(minutes=1)
# The transactions of these tests are the test's own: their outer one is not durable.
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(house: House) -> Any:
    """Back office, who asks."""
    return a_staff_user("back_office", entity=house.entity)


@pytest.fixture
def dealer() -> Any:
    """The second person."""
    return a_staff_user("dealer")


def ask(house: House, user: Any, verb: AccountVerb, value: str = "") -> AccountCommand:
    return asking.ask(
        wish=a_wish(verb, value), account_id=house.account.pk, actor=user.actor, now=NOON
    )


def quiet(house: House) -> None:
    """Nothing is open on the near account."""
    Position.objects.filter(account=house.account).delete()


def carry(command: AccountCommand, user: Any) -> carrying.Carried:
    return carrying.carry(command_id=command.pk, actor=user.actor, now=NOON)


def confirm(command: AccountCommand, user: Any, **values: Any) -> AccountCommand:
    told = {"fingerprint": command.fingerprint, "now": NOON} | values
    return approving.confirm(command_id=command.pk, actor=user.actor, **told)


def account(house: House) -> TradingAccount:
    return TradingAccount.objects.select_related("group").get(pk=house.account.pk)


def test_a_harmless_one_is_sent_at_once_and_mirrored(
    house: House, officer: Any, gateway: AccountGateway
) -> None:
    quiet(house)
    done = carry(ask(house, officer, AccountVerb.LEVERAGE, "50"), officer)
    assert done.command.state == AccountOrder.DONE
    assert account(house).leverage == 50
    assert gateway.sent == [("leverage", 1001)]
    told = [one.name for one in records.for_subject("client", house.near.pk)]
    assert told[:2] == ["trading.account_command.answered", "trading.account_command.requested"]
    carry(done.command, officer)
    assert len(gateway.sent) == 1


@pytest.mark.parametrize(
    ("verb", "value", "is_quiet", "is_dangerous"),
    [
        (AccountVerb.LEVERAGE, "200", True, True),
        (AccountVerb.LEVERAGE, "50", True, False),
        (AccountVerb.LEVERAGE, "50", False, True),
        (AccountVerb.GROUP, "vip", True, False),
        (AccountVerb.GROUP, "vip", False, True),
        (AccountVerb.DISABLE, "", False, False),
        (AccountVerb.FORBID, "", False, False),
        (AccountVerb.PASSWORD, "", False, False),
    ],
)
def test_what_is_dangerous_waits(
    house: House, officer: Any, verb: AccountVerb, value: str, is_quiet: bool, is_dangerous: bool
) -> None:
    books.write_groups(house.server.pk, [a_group("vip")], NOON)
    if is_quiet:
        quiet(house)
    command = ask(house, officer, verb, value)
    assert (command.state == AccountOrder.WAITING) is is_dangerous


@pytest.mark.parametrize("verb", [AccountVerb.ENABLE, AccountVerb.ALLOW, AccountVerb.DELETE])
def test_letting_again_and_deleting_wait(house: House, officer: Any, verb: AccountVerb) -> None:
    quiet(house)
    TradingAccount.objects.filter(pk=house.account.pk).update(
        enabled=False, read_only=True, balance=0
    )
    assert ask(house, officer, verb).state == AccountOrder.WAITING


def test_the_second_person_is_another_with_the_right(
    house: House, officer: Any, dealer: Any, gateway: AccountGateway
) -> None:
    command = ask(house, officer, AccountVerb.LEVERAGE, "500")
    with pytest.raises(refusals.SamePerson):
        confirm(command, officer)
    with pytest.raises(refusals.NotYours):
        confirm(command, a_staff_user("support", entity=house.entity))
    with pytest.raises(refusals.LookAgain):
        confirm(command, dealer, fingerprint="0" * 64)
    with pytest.raises(refusals.OverAlready):
        confirm(command, dealer, now=NOON + timedelta(hours=1, seconds=1))
    assert carry(command, officer).command.state == AccountOrder.WAITING
    assert gateway.sent == []
    carried = carry(confirm(command, dealer), dealer)
    assert carried.command.state == AccountOrder.DONE
    assert account(house).leverage == 500


def test_the_database_refuses_what_the_action_would(house: House, officer: Any) -> None:
    """One's own confirmation, none at all, another payload, another state, another fingerprint."""
    command = ask(house, officer, AccountVerb.LEVERAGE, "500")
    rows = AccountCommand.objects.filter(pk=command.pk)
    for changes in (
        {"state": AccountOrder.READY},
        {"approval_id": None},
        {"state": AccountOrder.SENDING},
        {"payload": command.payload.replace("500", "900")},
        {"danger": ""},
        {"requested_by": "staff:999"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**changes)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_the_database_knows_the_same_moves() -> None:
    with transaction.atomic():
        from_table = {(str(state), str(after)) for (state, _), after in ACCOUNT_ORDER.moves.items()}
        cursor = transaction.get_connection().cursor()
        cursor.execute("SELECT before, after FROM trading_lawful_order")
        assert set(cursor.fetchall()) == from_table


def test_what_changed_since_it_was_asked_for_is_not_sent(
    house: House, officer: Any, dealer: Any, gateway: AccountGateway
) -> None:
    command = confirm(ask(house, officer, AccountVerb.LEVERAGE, "500"), dealer)
    TradingAccount.objects.filter(pk=house.account.pk).update(leverage=25)
    assert carry(command, dealer).command.state == AccountOrder.STALE
    assert gateway.sent == []


def test_a_position_opened_meanwhile_makes_it_dangerous_after_all(
    house: House, officer: Any, gateway: AccountGateway
) -> None:
    kept = list(Position.objects.filter(account=house.account))
    quiet(house)
    command = ask(house, officer, AccountVerb.LEVERAGE, "50")
    Position.objects.bulk_create(kept)
    assert carry(command, officer).command.state == AccountOrder.STALE
    assert gateway.sent == []


def test_passwords_are_shown_once_and_kept_nowhere(
    house: House, officer: Any, gateway: AccountGateway
) -> None:
    carried = carry(ask(house, officer, AccountVerb.PASSWORD), officer)
    assert gateway.passwords[1001][0] == carried.secrets.main
    assert len(carried.secrets.main) == 12
    assert carried.secrets.main not in repr(carried)
    kept = AccountCommand.objects.values().get(pk=carried.command.pk)
    told = str(kept) + str([one.fields for one in records.for_subject("account", house.account.pk)])
    assert carried.secrets.main not in told


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refused(3, "invalid data"), AccountOrder.REFUSED),
        (NotSent("busy"), AccountOrder.NOT_SENT),
        (Uncertain("the line broke"), AccountOrder.UNCERTAIN),
    ],
)
def test_every_answer_has_its_state(
    house: House, officer: Any, gateway: AccountGateway, error: Exception, state: AccountOrder
) -> None:
    gateway.before = raising(error)
    carried = carry(ask(house, officer, AccountVerb.FORBID), officer)
    assert carried.command.state == state
    assert carried.secrets.main == ""
    assert carried.command.answer
    assert not account(house).read_only


def raising(error: Exception) -> Callable[[], None]:
    def raise_it() -> None:
        raise error

    return raise_it


@pytest.mark.parametrize("was_applied", [True, False])
def test_a_lost_answer_is_settled_by_reading_back_never_repeated(
    house: House, officer: Any, gateway: AccountGateway, was_applied: bool
) -> None:
    lose = raising(Uncertain("the line broke"))
    gateway.before, gateway.after = (lambda: None, lose) if was_applied else (lose, lambda: None)
    command = carry(ask(house, officer, AccountVerb.FORBID), officer).command
    assert command.state == AccountOrder.UNCERTAIN
    gateway.before = gateway.after = lambda: None
    sent = len(gateway.sent)
    if was_applied:
        settled = settle(command, LATER)
        assert settled.state == AccountOrder.DONE
        assert account(house).read_only
    else:
        for early in (LATER, LATER + timedelta(seconds=1)):
            with pytest.raises(Later):
                settle(command, early)
        assert settle(command, LATER + timedelta(minutes=2)).state == AccountOrder.ABSENT
        assert not account(house).read_only
    assert len(gateway.sent) == sent
    assert gateway.closed


def settle(command: AccountCommand, now: Any) -> AccountCommand:
    return settling.settle(command_id=command.pk, actor=SYSTEM, now=now)


def test_a_lost_password_is_said_to_be_unknown(
    house: House, officer: Any, gateway: AccountGateway
) -> None:
    gateway.after = raising(Uncertain("the line broke"))
    command = carry(ask(house, officer, AccountVerb.INVESTOR), officer).command
    assert settle(command, LATER).state == AccountOrder.UNPROVEN


def test_whoever_sends_and_dies_leaves_it_to_be_settled(
    house: House, officer: Any, gateway: AccountGateway
) -> None:
    command = ask(house, officer, AccountVerb.DISABLE)
    gateway.after = raising(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        carry(command, officer)
    gateway.after = lambda: None
    command.refresh_from_db()
    assert command.state == AccountOrder.SENDING
    assert settle(command, NOON).state == AccountOrder.SENDING
    assert settle(command, LATER).state == AccountOrder.DONE
    assert not account(house).enabled


def test_one_command_at_a_time(house: House, officer: Any, gateway: AccountGateway) -> None:
    gateway.before = raising(Uncertain("lost"))
    carry(ask(house, officer, AccountVerb.FORBID), officer)
    with pytest.raises(asking.UnderWay):
        ask(house, officer, AccountVerb.DISABLE)


def test_the_same_form_asks_once(house: House, officer: Any) -> None:
    wish = a_wish(AccountVerb.FORBID)
    told = {"account_id": house.account.pk, "actor": officer.actor, "now": NOON}
    assert asking.ask(wish=wish, **told).pk == asking.ask(wish=wish, **told).pk


@pytest.mark.parametrize(
    ("verb", "value", "words"),
    [
        (AccountVerb.LEVERAGE, "100", "already"),
        (AccountVerb.LEVERAGE, "0", "from 1 to 5000"),
        (AccountVerb.LEVERAGE, "9999", "from 1 to 5000"),
        (AccountVerb.LEVERAGE, "1e3", "from 1 to 5000"),
        (AccountVerb.GROUP, "nowhere", "no group"),
        (AccountVerb.GROUP, "euro", "no group"),
        (AccountVerb.ENABLE, "", "already"),
        (AccountVerb.ALLOW, "", "already"),
        (AccountVerb.DELETE, "", "money or open tickets"),
    ],
)
def test_what_cannot_be_is_said_at_once(
    house: House, officer: Any, verb: AccountVerb, value: str, words: str
) -> None:
    books.write_groups(house.server.pk, [a_group("euro", currency="EUR")], NOON)
    with pytest.raises(asking.NothingToDo, match=words):
        ask(house, officer, verb, value)
    assert not AccountCommand.objects.exists()


@pytest.mark.parametrize("role", ["sales_agent", "finance", "auditor", "risk"])
def test_without_the_right_nothing_is_asked_for(house: House, role: str) -> None:
    user = a_staff_user(role, entity=house.entity)
    house.give_to(user)
    with pytest.raises(Rejected):
        ask(house, user, AccountVerb.LEVERAGE, "50")
    far = asking.Wish(key=a_wish(AccountVerb.FORBID).key, verb=AccountVerb.FORBID, reason="x")
    narrow = a_staff_user("back_office", entity=house.entity).actor
    with pytest.raises(asking.NotAllowed):
        asking.ask(wish=far, account_id=house.far_account.pk, actor=narrow, now=NOON)


def test_declined_taken_back_and_expired(house: House, officer: Any, dealer: Any) -> None:
    first = ask(house, officer, AccountVerb.LEVERAGE, "500")
    with pytest.raises(Rejected, match="why"):
        approving.decline(command_id=first.pk, note=" ", actor=dealer.actor, now=NOON)
    approving.decline(command_id=first.pk, note="too much", actor=dealer.actor, now=NOON)
    with pytest.raises(refusals.OverAlready):
        confirm(first, dealer)
    second = ask(house, officer, AccountVerb.LEVERAGE, "500")
    with pytest.raises(refusals.SamePerson):
        approving.cancel(command_id=second.pk, actor=dealer.actor, now=NOON)
    approving.cancel(command_id=second.pk, actor=officer.actor, now=NOON)
    third = ask(house, officer, AccountVerb.LEVERAGE, "500")
    late = NOON + timedelta(hours=2)
    for now in (NOON, late):
        closing.expire(request_id=third.approval_id or 0, actor=SYSTEM, now=now)
        third.refresh_from_db()
        expected = AccountOrder.EXPIRED if now == late else AccountOrder.WAITING
        assert third.state == expected
