"""How contacts look to somebody who may not read them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import terms


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("ana.ruiz@mail.es", "a•••z@•••.es"),
        ("a@mail.co.uk", "a•••@•••.uk"),
        ("broken", "•••"),
        ("", ""),
    ],
)
def test_an_address_shows_its_ends(email: str, shown: str) -> None:
    assert terms.mask_email(email) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+34 600 123 210", "+34 ••• 210"),
        ("0034600123210", "••• 210"),
        ("12345", "•••"),
        ("none", "•••"),
        ("", ""),
    ],
)
def test_a_number_shows_its_end(phone: str, shown: str) -> None:
    assert terms.mask_phone(phone) == shown


# The first drawing from a pattern reads Unicode's tables, which a busy machine takes seconds for.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.from_regex(r"\+[0-9]{1,3} [0-9]{6,12}", fullmatch=True))
def test_at_most_the_country_and_three_figures_are_shown(phone: str) -> None:
    shown = terms.mask_phone(phone)
    country = phone.split()[0]
    assert shown == f"{country} ••• {phone[-3:]}"


@given(st.emails())
def test_no_more_than_two_letters_of_a_name_are_shown(email: str) -> None:
    local = terms.mask_email(email).partition("@")[0]
    assert len(local.replace(terms.DOTS, "")) <= 2
