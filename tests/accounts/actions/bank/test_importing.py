"""A bank's file is taken whole and once, or refused with one sentence and nothing posted."""

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions.bank import importing, steps
from accounts.calc.bank import writing
from accounts.calc.bank.statement import Row, Statement
from accounts.models import BankFile, BankRow, BankStatement, Entry
from accounts.permissions import IMPORT_STATEMENTS
from accounts.queries.bank import standing
from accounts.states import LedgerKind
from accounts.terms import FileOutcome
from backoffice.core import clock
from backoffice.core.models import EventRecord
from tests.factories.incoming.bank import Bank, a_row, books_agree, take
from tests.factories.incoming.deposits import balanced
from tests.factories.incoming.deposits import standing as on_ledger
from tests.factories.payments import SYSTEM, Till, work_done

pytestmark = pytest.mark.django_db
TWO = (a_row("200.00"), a_row("-35.50", "Some Body"))


def refused(bank: Bank, body: bytes) -> str:
    """Hand a file in that is refused; return why, after a look that nothing else happened."""
    before = (Entry.objects.count(), BankRow.objects.count(), BankStatement.objects.count())
    file = take(bank.account, body)
    after = (Entry.objects.count(), BankRow.objects.count(), BankStatement.objects.count())
    assert (file.outcome, after) == (FileOutcome.REFUSED, before)
    assert (
        EventRecord.objects.filter(name="accounts.bank_file.judged")
        .last()
        .told()["fields"]["words"]
        == file.words
    )
    return file.words


@pytest.mark.parametrize("write", [writing.camt, writing.mt940])
def test_a_statement_becomes_rows_and_entries(bank: Bank, write: Any) -> None:
    file = take(bank.account, write(bank.statement(*TWO)))

    assert (file.outcome, file.rows_new, file.words) == ("taken", 2, "")
    assert list(BankRow.objects.order_by("id").values_list("amount", flat=True)) == [
        Decimal("200.00"),
        Decimal("-35.50"),
    ]
    assert on_ledger(LedgerKind.BANK) == Decimal("1164.50")
    assert on_ledger(LedgerKind.SUSPENSE) == Decimal("164.50")
    assert books_agree()
    assert balanced()


def test_it_is_kept_before_it_is_judged_and_judged_after_a_death(bank: Bank) -> None:
    body = writing.camt(bank.statement(*TWO))
    upload = importing.Upload(bank_account_id=bank.account.pk, name="s.xml", body=body)
    kept = importing.keep_file(upload=upload, actor=SYSTEM, now=clock.now())
    assert (kept.outcome, bytes(kept.body)) == ("", body)

    assert work_done() > 0

    assert BankFile.objects.get(pk=kept.pk).outcome == FileOutcome.TAKEN
    importing.judge_file(file_id=kept.pk, actor=SYSTEM, now=clock.now())
    assert BankRow.objects.count() == 2


def test_the_same_file_again_is_refused(bank: Bank) -> None:
    body = writing.camt(bank.statement(*TWO))
    take(bank.account, body)
    assert "This very file was imported before" in refused(bank, body)
    assert "Everything in this file was imported before" in refused(bank, body + b"\n")


def test_a_gap_is_refused_and_closed_later(bank: Bank) -> None:
    first, second, third = (bank.statement(a_row(f"{n}.00")) for n in (10, 20, 30))
    take(bank.account, writing.camt(first))
    assert "one between them is missing" in refused(bank, writing.camt(third))
    take(bank.account, writing.camt(second))
    assert take(bank.account, writing.camt(third)).outcome == FileOutcome.TAKEN
    assert books_agree()


def test_a_gap_whose_balances_fit_is_found_by_its_number(bank: Bank) -> None:
    take(bank.account, writing.camt(bank.statement(a_row("10.00"))))
    bank.statement(a_row("5.00"), a_row("-5.00"))
    assert "It is number 3, and the latest one here is 1" in refused(
        bank, writing.camt(bank.statement(a_row("7.00")))
    )


def test_an_overlapping_file_doubles_nothing(bank: Bank) -> None:
    days = [bank.statement(a_row(f"{n}.00"), a_row(f"-{n}.25")) for n in range(1, 6)]
    take(bank.account, writing.camt(*days[:3]))
    week = replace(
        days[4],
        ident="WEEK",
        opened_on=days[0].opened_on,
        opening=days[0].opening,
        rows=tuple(row for day in days for row in day.rows),
    )
    file = take(bank.account, writing.camt(week))
    assert (file.outcome, file.rows_new, file.rows_known) == ("taken", 4, 6)
    assert (BankRow.objects.count(), books_agree(), balanced()) == (10, True, True)


def test_a_row_that_is_told_differently_is_refused(bank: Bank) -> None:
    row = a_row("10.00")
    take(bank.account, writing.camt(bank.statement(row)))
    other = bank.statement(replace(row, amount=Decimal("11.00")))
    assert "was 10.0000 USD in an earlier statement and is 11.00 here" in refused(
        bank, writing.camt(other)
    )


PAGE_ONE = b"<MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>"


def broken(bank: Bank) -> dict[str, tuple[bytes, str]]:
    good = writing.camt(bank.statement(*TWO))
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'
    )
    outside = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
    )
    return {
        "entities": (bomb, "document type or entities"),
        "outside": (outside, "document type or entities"),
        "checksum": (good.replace(b"<Sum>235.50", b"<Sum>235.51"), "sum to 235.51"),
        "count": (good.replace(b"<NbOfNtries>2", b"<NbOfNtries>3"), "says that it has 3 entries"),
        "balance": (good.replace(b">1164.50<", b">1164.51<"), "it says that it closes with"),
        "cut": (good[:-40], "cannot be read as XML"),
        "account": (good.replace(b"DE02120300000000202051", b"DE89370400440532013000"), "not of"),
        "currency": (good.replace(b"USD", b"EUR"), "It is in EUR"),
        "digits": (good.replace(b">200.00<", b">200.001<"), "sum to"),
        "not a number": (good.replace(b">200.00<", b">NaN<"), "is no amount"),
        "minus": (good.replace(b">200.00<", b">-200.00<"), "is no amount"),
        "date": (good.replace(b"2024-01-15", b"2024-13-15"), "is no date"),
        "not yet": (good.replace(b"2024-01-15", b"2124-01-15"), "which is not yet"),
        "nothing": (b"Dear bank, please send", "neither camt.053 nor MT940"),
        "other xml": (b"<html/>", "no camt.053 statement"),
        "swift": (b":20:A\r\n:25:B\r\n:61:what is this\r\n", "cannot be read as MT940"),
        "pages": (
            good.replace(b"</MsgId>", b"</MsgId>" + PAGE_ONE),
            "page 1 of several",
        ),
    }  # fmt: skip


def test_what_is_broken_or_hostile_is_refused_with_one_sentence(bank: Bank) -> None:
    for what, (body, sentence) in broken(bank).items():
        assert sentence in refused(bank, body), what
    assert balanced()


def test_nothing_of_a_file_is_taken_when_its_second_statement_is_bad(bank: Bank) -> None:
    first, second = bank.statement(a_row("10.00")), bank.statement(a_row("20.00"))
    wrong = replace(second, opening=second.opening + 1, closing=second.closing + 1)
    assert "one between them is missing" in refused(bank, writing.camt(first, wrong))
    assert not BankRow.objects.exists()


def test_an_empty_or_huge_file_is_not_even_kept(bank: Bank, monkeypatch: Any) -> None:
    monkeypatch.setattr(importing, "LARGEST", 100)
    for body in (b"", b"x" * 101):
        with pytest.raises(importing.TooLarge):
            take(bank.account, body)
    assert not BankFile.objects.exists()


def test_who_has_no_right_imports_nothing(bank: Bank, till: Till) -> None:
    upload = importing.Upload(bank_account_id=bank.account.pk, name="s", body=b"x")
    with pytest.raises(steps.NotAllowed):
        importing.take_file(upload=upload, actor=till.asker.actor, now=clock.now())
    assert till.cashier.may(IMPORT_STATEMENTS)


def test_what_the_bank_told_only_grows(bank: Bank) -> None:
    (row,) = bank.sends(a_row("10.00"))
    for change in (
        lambda: BankRow.objects.filter(pk=row.pk).update(amount=11),
        lambda: BankRow.objects.filter(pk=row.pk).delete(),
        lambda: BankStatement.objects.update(closing=1),
        lambda: BankFile.objects.update(body=b"x"),
        lambda: BankFile.objects.all().delete(),
    ):
        with (
            pytest.raises((ProgrammingError, IntegrityError, InternalError)),
            transaction.atomic(),
        ):
            change()


def test_the_books_are_held_against_the_statement(bank: Bank) -> None:
    bank.sends(a_row("10.00"))
    assert books_agree()
    BankStatement.objects.create(
        account=bank.account,
        file=BankFile.objects.get(),
        ident="forged",
        opened_on=bank.day,
        closed_on=bank.day,
        opening=1010,
        closing=1011,
        taken_at=clock.now(),
    )
    (differs,) = standing.differing()
    assert (differs.closing, differs.booked) == (Decimal(1011), Decimal(1010))


AMOUNTS = st.lists(
    st.integers(-90_000, 90_000).filter(bool).map(lambda cents: Decimal(cents) / 100),
    min_size=1,
    max_size=7,
)


def cut(rows: list[Row], first: int, last: int, bank: Bank, number: int) -> Statement:
    """A statement over a stretch of what the bank booked."""
    before = sum((row.amount for row in rows[:first]), Decimal(0))
    moved = sum((row.amount for row in rows[first:last]), Decimal(0))
    return Statement(
        ident=f"{first}-{last}-{number}",
        account=bank.account.number,
        currency=bank.account.currency,
        sequence=None,
        opened_on=rows[0].booked_on,
        closed_on=rows[0].booked_on + timedelta(days=last),
        opening=Decimal("1000.00") + before,
        closing=Decimal("1000.00") + before + moved,
        rows=tuple(rows[first:last]),
    )


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(amounts=AMOUNTS, data=st.data())
def test_any_split_order_and_overlap_gives_the_same_books(
    bank: Bank, amounts: list[Decimal], data: st.DataObject
) -> None:
    """Files over any stretches, in any order, again and again: each row once, to the cent."""
    with transaction.atomic():
        rows = [a_row(f"{amount:.2f}", account="") for amount in amounts]
        ends = range(len(rows) + 1)
        stretches = data.draw(
            st.lists(st.tuples(st.sampled_from(ends), st.sampled_from(ends)), max_size=4)
        )
        cuts = sorted({0, len(rows), *data.draw(st.sets(st.sampled_from(ends)))})
        whole = list(itertools.pairwise(cuts))
        handed = data.draw(
            st.permutations([*whole, *(pair for pair in stretches if pair[0] < pair[1])])
        )
        take(bank.account, writing.camt(cut(rows, 0, cuts[1], bank, -1)))
        for round_ in range(len(handed)):
            for nth, (first, last) in enumerate(handed):
                statement = cut(rows, first, last, bank, nth)
                take(bank.account, writing.camt(statement) + b" " * round_)
            if BankRow.objects.count() == len(rows):
                break

        kept = list(BankRow.objects.order_by("id").values_list("reference", "amount"))
        assert sorted(kept) == sorted((row.reference, row.amount) for row in rows)
        assert on_ledger(LedgerKind.BANK) == Decimal("1000.00") + sum(amounts)
        assert (books_agree(), balanced()) == (True, True)
        transaction.set_rollback(True)
