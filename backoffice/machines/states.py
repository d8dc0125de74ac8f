"""Words about machines: algorithms, and why a call was refused."""

from enum import StrEnum

from backoffice.core.words import noop


class Algorithm(StrEnum):
    """How a machine signs; the names are RFC 9421's."""

    ED25519 = "ed25519"
    HMAC = "hmac-sha256"


class Refusal(StrEnum):
    """Why a call was not let in. The caller reads the sentence, the page of calls the word."""

    NO_CREDENTIAL = "no_credential"
    TWO_CREDENTIALS = "two_credentials"
    TOKEN = "token"  # noqa: S105 - the name of a reason
    KEY = "key"
    SIGNATURE = "signature"
    REPLAY = "replay"
    SUSPENDED = "suspended"
    ADDRESS = "address"
    RATE = "rate"
    FLOOD = "flood"
    SCOPE = "scope"
    NOT_SIGNED = "must_be_signed"


ALGORITHM_LABELS: dict[Algorithm, str] = {
    Algorithm.ED25519: noop("Ed25519 (public key)"),
    Algorithm.HMAC: noop("HMAC-SHA256 (shared secret)"),
}
REFUSAL_LABELS: dict[Refusal, str] = {
    Refusal.NO_CREDENTIAL: noop("no token and no signature"),
    Refusal.TWO_CREDENTIALS: noop("a token and a signature at once"),
    Refusal.TOKEN: noop("the token is unknown, expired or revoked"),
    Refusal.KEY: noop("the key is unknown, expired or retired"),
    Refusal.SIGNATURE: noop("the signature does not hold"),
    Refusal.REPLAY: noop("the nonce was used before"),
    Refusal.SUSPENDED: noop("the integration is suspended"),
    Refusal.ADDRESS: noop("it came from an address that is not on the list"),
    Refusal.RATE: noop("too many calls"),
    Refusal.FLOOD: noop("too many refused calls from one address"),
    Refusal.SCOPE: noop("it does not hold the scope"),
    Refusal.NOT_SIGNED: noop("it changes something and was not signed"),
}
