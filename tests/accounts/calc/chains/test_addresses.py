"""Addresses of chains by the vectors that their own standards print; every typo is seen."""

import pytest

from accounts.calc.chains import address_flaw, is_transaction, transaction_of
from accounts.calc.chains.keccak import keccak_256
from accounts.terms.chains import Network

# BIP 173, BIP 350, EIP-55, the Bitcoin wiki, Tron's documentation.
RIGHT = [
    ("bitcoin", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
    ("bitcoin", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"),
    ("bitcoin", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"),
    ("bitcoin", "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3"),
    ("bitcoin", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
    ("ethereum", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
    ("ethereum", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"),
    ("bsc", "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB"),
    ("polygon", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"),
    ("tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
]
WRONG = [
    ("bitcoin", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"),  # the test chain's
    (
        "bitcoin",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    ),  # v1, old checksum
    ("bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh"),  # the new one with version 0
    ("bitcoin", "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du"),  # version 2 with the old checksum
    ("bitcoin", "Bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),  # two cases
    ("bitcoin", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    ("tron", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
    ("ethereum", "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
    ("ethereum", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),  # no checksum at all
    ("ethereum", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
    ("dogecoin", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
    ("bitcoin", ""),
    ("tron", "T" * 500),
]


@pytest.mark.parametrize(("network", "text"), RIGHT)
def test_what_the_standards_call_right(network: str, text: str) -> None:
    assert address_flaw(network, text) == ""


@pytest.mark.parametrize(("network", "text"), WRONG)
def test_what_is_no_address_there(network: str, text: str) -> None:
    assert address_flaw(network, text) != ""


@pytest.mark.parametrize(("network", "text"), RIGHT)
def test_every_changed_sign_is_seen(network: str, text: str) -> None:
    for place in range(2, len(text)):
        for other in ("2", "7", "q", "W"):
            changed = text[:place] + other + text[place + 1 :]
            if changed.lower() != text.lower():
                assert address_flaw(network, changed) != "", changed


def test_machines_may_leave_the_capitals_out() -> None:
    plain = RIGHT[5][1].lower()
    assert address_flaw(Network.ETHEREUM, plain, strict=False) == ""


def test_keccak_is_the_one_of_ethereum() -> None:
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak_256(b"").hex() == empty
    assert keccak_256(b"testing").hex() == (
        "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02"
    )
    assert len({keccak_256(b"a" * length) for length in range(134, 274)}) == 140


def test_a_hash_has_one_writing() -> None:
    assert is_transaction("0x" + "AB" * 32)
    assert transaction_of(" 0x" + "AB" * 32) == "ab" * 32
    assert not is_transaction("ab" * 31)
    assert not is_transaction("zz" * 32)
