"""Bulk files for tests: handed in, agreed to, carried out by the clockwork's own turn."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from accounts.actions.bulk import approving, carrying, taking
from accounts.models import BulkFile, BulkRow
from backoffice.approvals.actions import asking
from backoffice.core import clock
from tests.factories.market import a_balance_record
from tests.factories.money import a_login
from tests.factories.payments import SYSTEM, Till, work_done, write
from tests.factories.people import SETUP, a_staff_user
from trading.actions import trading_accounts
from trading.models import TradingAccount

HEADS = "login,amount,currency,kind,expires,reason,comment\n"


def lines(*rows: str) -> bytes:
    """A file of these lines under the heads."""
    return (HEADS + "".join(f"{row}\n" for row in rows)).encode()


def some_accounts(till: Till, count: int, first: int = 101) -> list[TradingAccount]:
    """More accounts of the till's client, with 1,000.00 USD each."""
    found = []
    for login in range(first, first + count):
        account = a_login(login)
        TradingAccount.objects.filter(pk=account.pk).update(balance=Decimal(1000))
        trading_accounts.bind_account(
            account_id=account.pk, client_id=till.client.pk, actor=SETUP, now=clock.now()
        )
        write(account, a_balance_record(login * 10, login, "1000.00"))
        found.append(account)
    return found


def hand_in(till: Till, body: bytes, **changed: Any) -> BulkFile:
    """Finance hands a file in."""
    known: dict[str, Any] = {
        "key": uuid4(),
        "server_id": till.account.server_id,
        "legal_entity_id": till.client.legal_entity_id,
        "name": "rebates.csv",
        "body": body,
    }
    upload = taking.Upload(**(known | changed))
    return taking.take_file(upload=upload, actor=till.cashier.actor, now=clock.now())


def asked(till: Till, file: BulkFile) -> BulkFile:
    """Finance asks for its approval."""
    told = {"actor": till.cashier.actor, "now": clock.now()}
    return approving.ask_for_approval(file_id=file.pk, reason="monthly rebates", **told)


def agreed(till: Till, file: BulkFile, user: Any = None) -> BulkFile:
    """Compliance agrees to exactly what it is."""
    file = BulkFile.objects.get(pk=file.pk)
    return approving.agree(
        file_id=file.pk,
        seen=asking.payload_digest(approving.payload_of(file)),
        actor=(user or till.second).actor,
        now=clock.now(),
    )


def running(till: Till, *rows: str) -> BulkFile:
    """A file of these lines that runs."""
    return agreed(till, asked(till, hand_in(till, lines(*rows))))


def carried(file: BulkFile, most: int = 100, later: timedelta = timedelta(0)) -> int:
    """Carry a file on, at most so many lines, and follow; return how many turns were taken."""
    carrier, turns = uuid4(), 0
    while turns < most and carrying.carry_next(
        file_id=file.pk, carrier=carrier, actor=SYSTEM, now=clock.now() + later
    ):
        turns += 1
    told = {"actor": SYSTEM, "now": clock.now() + later}
    carrying.let_go(file_id=file.pk, carrier=carrier, **told)
    work_done(later=later)
    return turns


def row_of(file: BulkFile, number: int) -> BulkRow:
    """One line, as it stands now."""
    return BulkRow.objects.select_related("adjustment").get(file=file, number=number)


def a_bulk_file_of(client: Any, account: TradingAccount) -> BulkFile:
    """A preview of one line about the client's account; handed in when it is first needed."""
    entity_id = client.legal_entity_id
    known = BulkFile.objects.filter(legal_entity_id=entity_id).first()
    if known is not None:
        return known
    finance = a_staff_user("finance", entity=client.legal_entity)
    body = lines(f"{account.login},1.00,{account.currency},,,rebate,{uuid4()}")
    upload = taking.Upload(
        key=uuid4(),
        server_id=account.server_id,
        legal_entity_id=entity_id,
        name="rebates.csv",
        body=body,
    )
    return taking.take_file(upload=upload, actor=finance.actor, now=clock.now())
