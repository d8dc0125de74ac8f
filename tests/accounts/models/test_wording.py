"""How a check's facts are read: amounts grouped with their code, levels cut, the rest as it is."""

from accounts.models.wording import worded, written


def test_amounts_are_grouped_and_carry_their_code() -> None:
    assert written("12480.00 USD") == "12,480.00\u202fUSD"
    assert written("-1204.5 EUR") == "\u22121,204.5\u202fEUR"
    assert written("1250000 JPY") == "1,250,000\u202fJPY"


def test_levels_are_cut_as_everywhere() -> None:
    assert written("128.14 %") == "128.1\u202f%"
    assert written("250000.00 %") == "250,000\u202f%"


def test_other_words_stay_and_old_facts_are_still_told() -> None:
    assert written("17") == "17"
    assert worded("{count} other, {together} together", {"count": "2", "together": "9.00"}) == (
        "2 other, 9.00 together"
    )
