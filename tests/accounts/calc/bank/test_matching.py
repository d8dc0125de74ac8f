"""References show a typo; the best match comes first, with its evidence; sure is only what is."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.calc.bank import matching, reference
from accounts.calc.bank.matching import Came, Clue, Waiting
from accounts.calc.bank.reference import Reference

NUMBERS = st.integers(1, 10**8 - 1)


def test_a_reference_is_iso_11649() -> None:
    # ISO 7064 mod 97-10: the body with RF and the check digits behind it leaves 1.
    written = reference.written("D", 12)
    digits = "".join(str(int(sign, 36)) for sign in written[4:] + written[:4])
    assert (written, int(digits) % 97) == ("RF58D00000012", 1)
    assert reference.spaced(written) == "RF58 D000 0001 2"


@pytest.mark.parametrize(
    "text",
    [
        "RF58D00000012",
        "rf58 d000 0001 2",
        "Deposit RF58 D000 0001 2 thank you",
        "REF:RF58-D000-0001-2/ANA",
        "x RF58\nD0000\n0012 500 USD",
    ],
)
def test_it_is_found_however_it_is_written(text: str) -> None:
    assert reference.references_in(text) == (Reference("D", 12),)


@given(number=NUMBERS, data=st.data())
def test_every_wrong_sign_and_every_swap_of_neighbours_is_seen(
    number: int, data: st.DataObject
) -> None:
    right = reference.written("D", number)
    at = data.draw(st.integers(5, len(right) - 1))
    wrong = right[:at] + data.draw(st.sampled_from("0123456789")) + right[at + 1 :]
    swapped = right[: at - 1] + right[at] + right[at - 1] + right[at + 1 :]
    for other in (wrong, swapped if at > 5 else right):
        if other != right:
            assert reference.references_in(other) == ()
            assert reference.typos_in(other) == (other,)
            assert reference.is_near(other, right)


def waiting(**changes: Any) -> Waiting:
    known: dict[str, Any] = {
        "kind": "D",
        "number": 12,
        "amount": Decimal("200.00"),
        "currency": "USD",
        "name": "Łukasz Nowak",
        "login": "770012",
    }
    return Waiting(**(known | changes))


def came(**changes: Any) -> Came:
    known: dict[str, Any] = {
        "amount": Decimal("200.00"),
        "currency": "USD",
        "name": "NOWAK, LUKASZ",
        "account": "",
        "text": "RF58 D000 0001 2",
    }
    return Came(**(known | changes))


def clues(found: matching.Suggestion) -> set[Clue]:
    return {one.clue for one in found.evidence}


def test_reference_amount_and_name_are_sure() -> None:
    (found,) = matching.suggestions(came(), [waiting()])
    assert found.is_sure
    assert clues(found) == {Clue.REFERENCE, Clue.AMOUNT, Clue.NAME}


@pytest.mark.parametrize(
    ("row", "other"),
    [
        ({"amount": Decimal("199.99")}, {}),
        ({"currency": "EUR"}, {}),
        ({"name": "Mallory Black"}, {}),
        ({"name": ""}, {}),
        ({}, {"is_open": False}),
        ({"text": "RF58D00000012 RF31D00000013"}, {}),
        ({"text": "770012"}, {}),
    ],
)
def test_what_lacks_or_contradicts_is_not_sure(row: dict[str, Any], other: dict[str, Any]) -> None:
    found = matching.suggestions(came(**row), [waiting(**other)])
    assert found
    assert not found[0].is_sure


def test_the_reference_of_another_speaks_against_an_equal_amount() -> None:
    right, wrong = waiting(), waiting(number=13)
    found = matching.suggestions(came(), [wrong, right])
    assert [one.waiting.number for one in found] == [12]


def test_an_equal_amount_alone_names_nobody() -> None:
    assert matching.suggestions(came(text="", name=""), [waiting()]) == ()


def test_money_that_came_in_is_no_payout_without_a_sign_of_it() -> None:
    out = waiting(kind="P", bank_reference="FT-2026-77")
    assert matching.suggestions(came(text="hello"), [out]) == ()
    (found,) = matching.suggestions(came(text="return FT-2026-77", returns="AC04"), [out])
    assert {Clue.BANK_REFERENCE, Clue.CAME_BACK} <= clues(found)
    assert not found.is_sure
