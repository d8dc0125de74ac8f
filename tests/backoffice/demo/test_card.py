"""The block that the demo prints."""

import base64

import pytest

from backoffice.demo.card import card, one_time_code, table

STAFF = [
    {
        "role": "dealer",
        "email": "dealer@linden.example",
        "password": "amber-coral-grove-41",
        "totp_key": base64.b32encode(b"12345678901234567890").decode(),
    }
]


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    """The vectors of RFC 6238, appendix B, cut to six digits."""
    assert one_time_code(b"12345678901234567890", second) == code


def test_the_table_says_how_long_a_code_holds() -> None:
    """The code of second 59 ends with its half minute."""
    heading, row = table(STAFF, 59)
    assert "Code (1 s left)" in heading
    assert row.split() == ["dealer", "dealer@linden.example", "amber-coral-grove-41", "287", "082"]


def test_the_card_names_the_port_in_its_commands() -> None:
    """Whoever runs a second demo can copy the line."""
    usual = card("http://127.0.0.1:8000", {"staff": STAFF}, port=8000, seconds=7)
    other = card("http://127.0.0.1:8100", {"staff": STAFF}, port=8100, seconds=7)
    assert "http://127.0.0.1:8000" in usual
    assert "PORT" not in usual
    assert "make demo-code PORT=8100" in other
    assert "make demo-reset PORT=8100" in other


def test_the_card_says_how_a_client_comes_in_and_where_letters_lie() -> None:
    """One client of two; without any, nothing is promised."""
    clients = [
        {"email": f"client{number}@example.com", "password": f"word-{number}"} for number in (1, 2)
    ]
    secrets = {"staff": STAFF, "clients": clients}
    told = card("http://127.0.0.1:8000", secrets, port=8000, seconds=7, mail="/demo/mail")
    assert "http://127.0.0.1:8000/portal/  client1@example.com  word-1" in told
    assert "client2" not in told
    assert "/demo/mail" in told
    assert "portal" not in card("http://x", {"staff": STAFF}, port=8000, seconds=7)
