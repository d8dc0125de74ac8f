"""Which address counts, whatever a client writes into the header."""

import pytest
from django.test import RequestFactory, override_settings

from backoffice.edge.client_address import UNKNOWN, client_address


def asked(peer: str, header: str | None = None) -> str:
    extra = {} if header is None else {"HTTP_X_FORWARDED_FOR": header}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **extra))


@pytest.mark.parametrize("header", [None, "1.2.3.4", "1.2.3.4, 5.6.7.8", "", ",", "junk"])
def test_without_a_proxy_the_header_proves_nothing(header: str | None) -> None:
    with override_settings(TRUSTED_PROXIES=0):
        assert asked("203.0.113.9", header) == "203.0.113.9"


@pytest.mark.parametrize(
    "forged", ["", "1.2.3.4, ", "127.0.0.1, 10.0.0.1, ", "junk, ", ",,,", "::1, ", "unknown, "]
)
def test_with_one_proxy_only_its_own_entry_counts(forged: str) -> None:
    with override_settings(TRUSTED_PROXIES=1):
        assert asked("10.0.0.1", f"{forged}198.51.100.7") == "198.51.100.7"


@pytest.mark.parametrize("forged", ["", "1.2.3.4, ", "1.2.3.4, 198.51.100.7, "])
def test_with_two_proxies_the_second_from_the_right_counts(forged: str) -> None:
    with override_settings(TRUSTED_PROXIES=2):
        assert asked("10.0.0.1", f"{forged}198.51.100.7, 10.0.0.2") == "198.51.100.7"


def test_a_proxy_that_speaks_for_itself_is_the_client() -> None:
    with override_settings(TRUSTED_PROXIES=1):
        assert asked("10.0.0.1") == "10.0.0.1"
    with override_settings(TRUSTED_PROXIES=2):
        assert asked("10.0.0.1", "198.51.100.7") == "10.0.0.1"


@pytest.mark.parametrize(
    ("peer", "address"),
    [("::ffff:203.0.113.9", "203.0.113.9"), ("2001:DB8::1", "2001:db8::1"), ("", UNKNOWN)],
)
def test_one_client_has_one_spelling(peer: str, address: str) -> None:
    with override_settings(TRUSTED_PROXIES=0):
        assert asked(peer) == address
