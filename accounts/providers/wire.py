"""Messages of the hosted page: JSON with whole minor units; a float anywhere is a bad message."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn
from uuid import UUID

from accounts.calc.chains import address_flaw, is_transaction, transaction_of
from accounts.providers.errors import BadMessage
from accounts.providers.port import Notice, OnChain, Payer, Told
from accounts.terms.chains import Network, Screening
from backoffice.core.money import digits

MOST = 10**15  # minor units
LONGEST = 300
LATEST = 2**33  # seconds
MOST_SEEN = 2**31  # confirmations
UNMOVED = (Told.PENDING, Told.DECLINED)


def minor(amount: Decimal, currency: str) -> int:
    """Return an amount as whole minor units; BadMessage when it has more digits than that."""
    scaled = amount.scaleb(digits(currency))
    if scaled != scaled.to_integral_value() or not abs(scaled) < MOST:
        raise BadMessage(f"{amount} is no amount of {currency}.")
    return int(scaled)


def amount(units: object, currency: str) -> Decimal:
    """Return whole minor units as an amount; BadMessage for anything but a natural number."""
    if isinstance(units, bool) or not isinstance(units, int) or not 0 <= units < MOST:
        raise BadMessage("An amount is a natural number of minor units.")
    return Decimal(units).scaleb(-digits(currency))


def dumped(message: Mapping[str, object]) -> bytes:
    """Return a message as bytes."""
    return json.dumps(message, sort_keys=True, separators=(",", ":")).encode()


def loaded(body: bytes) -> dict[str, Any]:
    """Return a message of bytes; BadMessage for what is no JSON object, or holds a float."""
    try:
        message = json.loads(body, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise BadMessage("This is no JSON.") from error
    if not isinstance(message, dict):
        raise BadMessage("This is no JSON object.")
    return message


def notice(message: Mapping[str, Any]) -> Notice:
    """Return what a message says of a charge; BadMessage says what is wrong with it."""
    currency = text(message, "currency", 4)
    if not (3 <= len(currency) <= 4 and currency.isascii() and currency.isalpha()):
        raise BadMessage("It names no currency.")
    told = _told(text(message, "state", 20))
    payer = message.get("payer") or {}
    if not isinstance(payer, dict):
        raise BadMessage("The payer is no object.")
    found = Notice(
        key=uuid(message.get("key")),
        told=told,
        charge_id=text(message, "charge", 64),
        reference=text(message, "reference", 64),
        amount=amount(message.get("amount_minor"), currency),
        currency=currency.upper(),
        fee=amount(message.get("fee_minor", 0), currency),
        words=text(message, "words", LONGEST),
        payer=Payer(
            kind=text(payer, "kind", 16),
            key=text(payer, "fingerprint", 64),
            label=text(payer, "label", 40),
            holder=text(payer, "holder", 160),
        ),
        reason_code=text(message, "reason_code", 20),
        answer_by=_moment(message.get("answer_by")),
        chain=_chain(message.get("chain")),
    )
    if told not in UNMOVED and (not found.reference or not found.amount):
        raise BadMessage("Money moved, and neither reference nor amount is told.")
    if found.fee > found.amount:
        raise BadMessage("The fee is more than the amount.")
    return found


def uuid(value: object) -> UUID:
    """Return a key of ours; BadMessage when it is none."""
    try:
        return UUID(str(value))
    except ValueError:
        raise BadMessage("It names no key of ours.") from None


def text(message: Mapping[str, Any], name: str, longest: int) -> str:
    """Return a text of a message, "" when it is absent; BadMessage when it is none, or too long."""
    value = message.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise BadMessage(f"{name} is no text of at most {longest} characters.")
    return value


def _chain(told: object) -> OnChain | None:
    """Return what is told of a transaction on a chain; None when nothing is."""
    if told is None:
        return None
    if not isinstance(told, dict):
        raise BadMessage("The chain is no object.")
    network, address = text(told, "network", 16), text(told, "address", 100)
    hash_, seen = text(told, "transaction", 80), told.get("confirmations")
    if network not in set(Network) or address_flaw(network, address, strict=False):
        raise BadMessage("It names no address of a network that we know.")
    if not is_transaction(hash_):
        raise BadMessage("It names no transaction.")
    if isinstance(seen, bool) or not isinstance(seen, int) or not 0 <= seen < MOST_SEEN:
        raise BadMessage("Confirmations are a natural number.")
    found = text(told, "screening", 10) or Screening.UNKNOWN
    if found not in set(Screening):
        raise BadMessage("It names no result of a screening that we know.")
    return OnChain(
        network=network,
        address=address,
        transaction=transaction_of(hash_),
        confirmations=seen,
        screening=Screening(found),
        case=text(told, "case", 64),
    )


def _moment(value: object) -> datetime | None:
    """Return whole Unix seconds as a moment; None when none is told."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < LATEST:
        raise BadMessage("A moment is a whole number of seconds.")
    return datetime.fromtimestamp(value, UTC)


def _told(word: str) -> Told:
    try:
        return Told(word)
    except ValueError:
        raise BadMessage("It says no state that we know.") from None


def _no_float(text: str) -> NoReturn:
    raise ValueError(text)
