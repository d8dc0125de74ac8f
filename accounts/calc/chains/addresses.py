"""Is this an address of that network: its form, and its checksum; and a transaction's hash."""

import re

from accounts.calc.chains import base58, bech32
from accounts.calc.chains.keccak import keccak_256
from accounts.terms.chains import LIKE_ETHEREUM, Network
from backoffice.core.words import noop

ETHEREUM = re.compile(r"0x[0-9A-Fa-f]{40}")
HASH = re.compile(r"[0-9a-f]{64}")
LONGEST = 100
#: Version bytes: keys and scripts of Bitcoin's main chain; every account of Tron.
BITCOIN_VERSIONS = (0x00, 0x05)
TRON_VERSION = 0x41
PAYLOAD = 21

WRONG = noop("This is no address of this network, or it has a typo: copy it again.")
NO_CAPITALS = noop("Written in one case a typo would not show: copy it with its capitals.")


def address_flaw(network: str, text: str, *, strict: bool = True) -> str:
    """Return what is wrong with an address, a sentence to be translated; "" for nothing.

    Ethereum's checksum is in the capitals (EIP-55): an address in one case has none. `strict` wants
    it; not strict, what machines tell each other passes without it.
    """
    if len(text) > LONGEST:
        return WRONG
    if network in LIKE_ETHEREUM:
        return _ethereum_flaw(text, strict=strict)
    if network == Network.BITCOIN:
        return "" if _is_bitcoin(text) else WRONG
    if network == Network.TRON:
        body = base58.decoded(text)
        is_right = body is not None and len(body) == PAYLOAD and body[0] == TRON_VERSION
        return "" if is_right else WRONG
    return WRONG


def transaction_of(text: str) -> str:
    """Return a transaction's hash in one writing: small letters, nothing before it."""
    return text.strip().lower().removeprefix("0x")


def is_transaction(text: str) -> bool:
    """Say whether the text is the hash of a transaction on a chain that we know: 32 bytes."""
    return HASH.fullmatch(transaction_of(text)) is not None


def _is_bitcoin(text: str) -> bool:
    body = base58.decoded(text)
    if body is not None:
        return len(body) == PAYLOAD and body[0] in BITCOIN_VERSIONS
    return bech32.is_witness("bc", text)


def _ethereum_flaw(text: str, *, strict: bool) -> str:
    if ETHEREUM.fullmatch(text) is None:
        return WRONG
    plain = text[2:]
    if plain in (plain.lower(), plain.upper()) and not plain.isdecimal():
        return NO_CAPITALS if strict else ""
    return "" if plain == _with_capitals(plain.lower()) else WRONG


def _with_capitals(plain: str) -> str:
    """Return the address as EIP-55 writes it: a letter is big where the digest's digit is 8 up."""
    digest = keccak_256(plain.encode()).hex()
    return "".join(
        sign.upper() if int(digit, 16) >= 8 else sign
        for sign, digit in zip(plain, digest, strict=False)
    )
