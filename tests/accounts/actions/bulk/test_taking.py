"""A bulk file as it is handed in: taken whole as a preview, or refused with a sentence a line."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.actions.bulk import approving, steps, taking
from accounts.calc.bulk import reading
from accounts.models import BulkFile, BulkRow
from accounts.queries.bulk import lines as told_lines
from accounts.terms.bulk import Bulk, BulkLine, Snag
from backoffice.approvals.actions.refusals import LookAgain, SamePerson
from backoffice.core import clock
from tests.factories.accounts.bulk import agreed, asked, hand_in, lines, some_accounts
from tests.factories.money import a_login
from tests.factories.payments import Till
from trading.models import TradingAccount

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
WRONG = (
    ("0,1,USD,,,rebate,", "no login"),
    ("7,abc,USD,,,rebate,", "no amount"),
    ("7,NaN,USD,,,rebate,", "no amount"),
    ("7,1e3,USD,,,rebate,", "no amount"),
    ("7,0.00,USD,,,rebate,", "nothing"),
    ("7,1.005,USD,,,rebate,", "more digits"),
    ("7,1.5,JPY,,,rebate,", "more digits"),
    ("7,1,usd,,,rebate,", "no currency"),
    ("7,1,USD,bonus,,rebate,", "no kind"),
    ("7,1,USD,,,gift,", "no reason"),
    ("7,-1,USD,,,rebate,", "no minus"),
    ("7,1,USD,,,fee,", "write a minus"),
    ("7,1,USD,credit,,bonus,", "has to expire"),
    ("7,1,USD,credit,2020-01-01,bonus,", "not a day to come"),
    ("7,1,USD,credit,soon,bonus,", "no day"),
    ("7,1,USD,balance,2030-01-01,rebate,", "leave the cell empty"),
    ("7,1,USD", "cells"),
    ("7,1,USD,,,rebate," + "x" * 200, "at most 120"),
)


@pytest.mark.parametrize(("row", "words"), WRONG)
def test_each_wrong_line_says_one_sentence(row: str, words: str) -> None:
    with pytest.raises(reading.BadFile) as no:
        reading.read(lines("7,1.00,USD,,,rebate,", row), now=NOW)
    (flaw,) = no.value.flaws
    assert flaw.line == 3
    assert words in flaw.sentence.format_map(flaw.facts)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"login,amount\n", "missing: currency, reason"),
        (b"login,amount,currency,reason,color\n7,1,USD,rebate,red\n", "color"),
        (b"login,amount,currency,reason\n", "no line"),
        (b'login,amount,currency,reason\n"7,1,USD,rebate\n', "quotation mark"),
    ],
)
def test_a_file_that_is_none(body: bytes, words: str) -> None:
    with pytest.raises(reading.BadFile, match=words):
        reading.read(body, now=NOW)


def test_semicolons_a_mark_of_order_and_empty_lines_are_read() -> None:
    body = "\ufefflogin;amount;currency;reason\r\n\r\n7;-1.50;USD;fee\r\n".encode()
    (line,) = reading.read(body, now=NOW)
    assert (line.number, line.login, line.amount) == (3, 7, Decimal("-1.50"))


def test_of_a_refused_file_nothing_is_taken(till: Till) -> None:
    file = hand_in(till, lines("7,5.00,USD,,,rebate,ok", "7,x,USD,,,rebate,", "7,1,USD,,,gift,"))
    assert file.state == Bulk.REFUSED
    assert [line for line, _words in file.flaws] == [3, 4]
    assert not BulkRow.objects.exists()


def test_the_preview_says_what_cannot_be(till: Till) -> None:
    other = a_login(9)  # nobody's
    shut, euro = some_accounts(till, 2)
    TradingAccount.objects.filter(pk=shut.pk).update(enabled=False)
    file = hand_in(
        till,
        lines(
            "7,5.00,USD,,,rebate,",
            "55,5.00,USD,,,rebate,",
            f"{other.login},5.00,USD,,,rebate,",
            f"{shut.login},5.00,USD,,,rebate,",
            f"{euro.login},5.00,EUR,,,rebate,",
            "7,-900.00,USD,,,fee,",
            "7,-200.00,USD,,,fee,",
            "7,5.00,USD,,,rebate,again",
            "7,5.00,USD,,,negative_balance,",
        ),
    )
    assert file.state == Bulk.PREVIEW
    found = {row.number: (row.state, row.snag) for row in BulkRow.objects.filter(file=file)}
    assert found == {
        2: (BulkLine.WAITING, ""),
        3: (BulkLine.CANNOT, Snag.UNKNOWN_LOGIN),
        4: (BulkLine.CANNOT, Snag.UNKNOWN_LOGIN),
        5: (BulkLine.CANNOT, Snag.CLOSED),
        6: (BulkLine.CANNOT, Snag.CURRENCY),
        7: (BulkLine.WAITING, ""),
        8: (BulkLine.CANNOT, Snag.BELOW_ZERO),
        9: (BulkLine.WAITING, Snag.TWICE),
        10: (BulkLine.CANNOT, Snag.NOT_NEGATIVE),
    }
    sums = [(one.purpose, one.lines, one.given, one.taken) for one in told_lines.sums_of(file)]
    assert sums == [("fee", 1, 0, Decimal(-900)), ("rebate", 2, Decimal(10), 0)]


def test_the_same_file_is_taken_once(till: Till) -> None:
    body = lines("7,5.00,USD,,,rebate,")
    first = hand_in(till, body)
    second = hand_in(till, body)
    assert second.state == Bulk.REFUSED
    assert str(first) in second.flaws[0][1]
    assert hand_in(till, body, key=first.key).pk == first.pk
    approving.cancel(file_id=first.pk, actor=till.cashier.actor, now=clock.now())
    assert set(BulkRow.objects.values_list("state", flat=True)) == {BulkLine.LEFT_OUT}
    assert hand_in(till, body).state == Bulk.PREVIEW


def test_who_may_not_hand_in_is_refused(till: Till) -> None:
    upload = taking.Upload(
        key=uuid4(),
        server_id=till.account.server_id,
        legal_entity_id=till.client.legal_entity_id,
        name="x.csv",
        body=lines("7,5.00,USD,,,rebate,"),
    )
    with pytest.raises(steps.NotAllowed):
        taking.take_file(upload=upload, actor=till.asker.actor, now=clock.now())
    assert not BulkFile.objects.exists()


def test_negative_balances_make_a_file_once(till: Till) -> None:
    one, two = some_accounts(till, 2)
    TradingAccount.objects.filter(pk=one.pk).update(balance=Decimal("-12.34"))
    told = {
        "server_id": till.account.server_id,
        "legal_entity_id": till.client.legal_entity_id,
        "actor": till.cashier.actor,
        "now": clock.now(),
    }
    file = taking.make_resets(key=uuid4(), **told)
    (row,) = BulkRow.objects.filter(file=file)
    assert (row.login, row.amount, row.state) == (one.login, Decimal("12.34"), BulkLine.WAITING)
    assert two.balance == 0
    TradingAccount.objects.filter(pk=one.pk).update(balance=Decimal(0))
    with pytest.raises(taking.NothingNegative):
        taking.make_resets(key=uuid4(), **told)


def test_another_agrees_to_exactly_what_was_shown(till: Till) -> None:
    file = asked(till, hand_in(till, lines("7,5.00,USD,,,rebate,")))
    assert file.state == Bulk.WAITING
    with pytest.raises(SamePerson):
        agreed(till, file, till.cashier)
    with pytest.raises(LookAgain):
        approving.agree(file_id=file.pk, seen="0" * 64, actor=till.second.actor, now=clock.now())
    assert agreed(till, file).state == Bulk.RUNNING


def test_turned_down_nothing_of_it_is_left(till: Till) -> None:
    file = asked(till, hand_in(till, lines("7,5.00,USD,,,rebate,")))
    told = {"actor": till.second.actor, "now": clock.now()}
    with pytest.raises(steps.NoReason):
        approving.refuse(file_id=file.pk, reason=" ", **told)
    approving.refuse(file_id=file.pk, reason="wrong month", **told)
    file.refresh_from_db()
    assert (file.state, file.halted_because) == (Bulk.CANCELLED, "wrong month")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": Bulk.RUNNING}, "accounts_bulkfile_move"),
        ({"body": b"other"}, "accounts_bulkfile_stays"),
    ],
)
def test_postgresql_keeps_the_file(till: Till, change: dict[str, object], constraint: str) -> None:
    file = hand_in(till, lines("7,5.00,USD,,,rebate,"))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        BulkFile.objects.filter(pk=file.pk).update(**change)
    with pytest.raises(IntegrityError, match="accounts_bulkrow_stays"), transaction.atomic():
        BulkRow.objects.filter(file=file).update(amount=Decimal(500))
