"""Whatever is changed about a signed call, it is refused: every bit, byte, part and order."""

import base64
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backoffice.edge.signatures.message import COVERED_BY_ACTS, LONGEST_SECONDS, Message
from backoffice.edge.signatures.signing import signed_fields
from backoffice.edge.signatures.verifying import Key, NotSigned, key_id_of, verify

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SECRET = bytes(range(1, 33))
NONCE = "n-0123456789abcdef"
KEYS = {
    "ed25519": (PRIVATE, Key("ed25519", PRIVATE.public_key())),
    "hmac-sha256": (SECRET, Key("hmac-sha256", SECRET)),
}
PLAIN = Message(
    "POST",
    "https://broker.example/api/v1/withdrawals?x=1&y=%C3%A9",
    {
        "Host": "broker.example",
        "Content-Type": "application/json",
        "Idempotency-Key": "3f0f6f6e-7a43-4c5f-9a11-2f0c5c3c1d11",
    },
    b'{"account": 7, "amount": "100.00"}',
)
Alter = Callable[[Message], Message]


def signed(message: Message = PLAIN, algorithm: str = "ed25519", **told: Any) -> Message:
    """The message with its signature."""
    key = told.pop("key", KEYS[algorithm][0])
    known = {"key_id": "web-1", "nonce": NONCE, "now": NOW, **told}
    return with_fields(message, **signed_fields(message, key=key, **known))


def with_fields(message: Message, **fields: str | None) -> Message:
    """The message with some header fields set, or taken away."""
    kept = {**message.headers, **fields}
    return replace(message, headers={k: v for k, v in kept.items() if v is not None})


def is_refused(message: Message, algorithm: str = "ed25519", now: datetime = NOW) -> bool:
    """Whether the verifier refuses, by NotSigned and nothing else."""
    try:
        verify(message, KEYS[algorithm][1], now=now)
        return key_id_of(message) != "web-1"  # another key's name verifies under no key of ours
    except NotSigned:
        return True


def changed_bytes(text: str) -> Iterator[str]:
    """The text with each single bit changed, each character dropped, doubled, and neighbours."""
    raw = text.encode()
    for at, bit in itertools.product(range(len(raw)), range(8)):
        flipped = bytes([*raw[:at], raw[at] ^ (1 << bit), *raw[at + 1 :]])
        yield flipped.decode("latin-1")
    for at in range(len(text)):
        yield text[:at] + text[at + 1 :]
        yield text[:at] + text[at] + text[at:]
        if at and text[at] != text[at - 1]:
            yield text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


def same_field(one: str, other: str) -> bool:
    """Whether HTTP itself makes no difference: spaces around a field's value are not part of it."""
    return one.strip(" \t") == other.strip(" \t")


@pytest.mark.parametrize("algorithm", KEYS)
def test_the_untouched_call_is_believed(algorithm: str) -> None:
    found = verify(signed(algorithm=algorithm), KEYS[algorithm][1], now=NOW)
    assert (found.key_id, found.nonce, found.created_at) == ("web-1", NONCE, NOW)
    assert found.expires_at - found.created_at == timedelta(seconds=LONGEST_SECONDS)


def test_a_call_that_reads_needs_no_type_and_no_idempotency_key() -> None:
    read = Message("GET", "https://broker.example/api/v1/clients", {"Host": "broker.example"})
    assert verify(signed(read), KEYS["ed25519"][1], now=NOW).key_id == "web-1"
    with pytest.raises(NotSigned):
        verify(replace(signed(read), method="POST"), KEYS["ed25519"][1], now=NOW)


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("Signature", "ed25519"),
        ("Signature", "hmac-sha256"),
        ("Signature-Input", "ed25519"),
        ("Content-Digest", "ed25519"),
        ("Content-Type", "ed25519"),
        ("Idempotency-Key", "ed25519"),
    ],
)
def test_every_bit_of_every_field(name: str, algorithm: str) -> None:
    good = signed(algorithm=algorithm)
    tried = 0
    for text in changed_bytes(good.headers[name]):
        if same_field(text, good.headers[name]):
            continue
        tried += 1
        assert is_refused(with_fields(good, **{name: text}), algorithm), text
    assert tried > 8 * len(good.headers[name])


def test_every_bit_of_body_method_and_address() -> None:
    good = signed()
    for text in changed_bytes(good.body.decode()):
        assert is_refused(replace(good, body=text.encode("latin-1")))
    for text in changed_bytes(good.method):
        assert is_refused(replace(good, method=text)), text
    for text in changed_bytes(good.url):
        assert is_refused(replace(good, url=text)), text
    assert is_refused(replace(good, body=b""))
    assert is_refused(replace(good, body=good.body + b" "))


PARTS: dict[str, Callable[[str], str]] = {
    "created": lambda text: text.replace("created=17", "created=16"),
    "expires": lambda text: text.replace("expires=17", "expires=18"),
    "nonce": lambda text: text.replace(NONCE, NONCE[::-1]),
    "keyid": lambda text: text.replace('"web-1"', '"web-2"'),
    "alg": lambda text: text.replace('"ed25519"', '"hmac-sha256"'),
    "alg unknown": lambda text: text.replace('"ed25519"', '"none"'),
    "tag": lambda text: text.replace("backoffice-v1", "backoffice-v2"),
    "two swapped": lambda text: text.replace('"@method" "@target-uri"', '"@target-uri" "@method"'),
    "one twice": lambda text: text.replace('"@method"', '"@method" "@method"'),
    "nothing covered": lambda text: "sig1=()" + text.partition(")")[2],
    "one more": lambda text: text.replace('"@method"', '"@method" "host"'),
    "one weakened": lambda text: text.replace('"content-digest"', '"content-digest";bs'),
    "a parameter more": lambda text: f"{text};extra=1",
    "a second label": lambda text: f"{text}, sig2=()",
    "another label": lambda text: text.replace("sig1=", "sig2="),
    "a list": lambda text: text.replace("sig1=(", "sig1=(("),
} | {
    f"without {name}": lambda text, name=name: text.replace(f'"{name}"', "").replace("  ", " ")
    for name in COVERED_BY_ACTS
}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_the_input(part: str) -> None:
    good = signed()
    text = PARTS[part](good.headers["Signature-Input"])
    assert text != good.headers["Signature-Input"]
    assert is_refused(with_fields(good, **{"Signature-Input": text}))


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest"])
def test_a_missing_field(name: str) -> None:
    assert is_refused(with_fields(signed(), **{name: None}))
    assert is_refused(with_fields(signed(), **{name: ""}))


def lawful_but(covered: str, **changed: str) -> Message:
    """A call signed by the right key in another way than the rule's."""
    parameters = {
        "created": str(int(NOW.timestamp())), "expires": str(int(NOW.timestamp()) + 60),
        "nonce": f'"{NONCE}"', "keyid": '"web-1"', "alg": '"ed25519"', "tag": '"backoffice-v1"',
        **changed,
    }  # fmt: skip
    told = ";".join(f"{name}={value}" for name, value in parameters.items() if value)
    fields = signed().headers
    values = {
        "@method": "POST", "@target-uri": PLAIN.url, "@authority": "broker.example",
        "content-digest": fields["Content-Digest"], "content-type": fields["Content-Type"],
        "idempotency-key": fields["Idempotency-Key"],
    }  # fmt: skip
    names = covered.split()
    params = f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in names)});{told}"
    lines = [f'"{name}": {values[name]}' for name in names]
    base = "\n".join([*lines, f'"@signature-params": {params}'])
    made = base64.b64encode(PRIVATE.sign(base.encode())).decode()
    return with_fields(
        signed(), **{"Signature-Input": f"sig1={params}", "Signature": f"sig1=:{made}:"}
    )


ALL = " ".join(COVERED_BY_ACTS)


def test_the_control_of_the_hand_made_calls() -> None:
    assert verify(lawful_but(ALL), KEYS["ed25519"][1], now=NOW).key_id == "web-1"
    assert verify(lawful_but(" ".join(reversed(COVERED_BY_ACTS))), KEYS["ed25519"][1], now=NOW)


@pytest.mark.parametrize("name", COVERED_BY_ACTS)
def test_a_good_signature_over_less_is_refused(name: str) -> None:
    less = " ".join(one for one in COVERED_BY_ACTS if one != name)
    with pytest.raises(NotSigned) as refusal:
        verify(lawful_but(less), KEYS["ed25519"][1], now=NOW)
    assert refusal.value.reason == "not_covered"


@pytest.mark.parametrize(
    "changed",
    [
        {"created": ""}, {"expires": ""}, {"nonce": ""}, {"keyid": ""}, {"alg": ""}, {"tag": ""},
        {"tag": '"other"'}, {"nonce": '"short"'}, {"nonce": '"' + 200 * "n" + '"'},
        {"expires": str(int(NOW.timestamp()) + LONGEST_SECONDS + 1)},
        {"expires": str(int(NOW.timestamp()))}, {"created": "99999999999999"},
        {"created": '"1"'}, {"alg": '"hmac-sha256"'}, {"alg": '"rsa-pss-sha512"'},
    ],
)  # fmt: skip
def test_a_good_signature_with_wrong_parameters_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(NotSigned):
        verify(lawful_but(ALL, **changed), KEYS["ed25519"][1], now=NOW)


def test_the_digest_of_another_body_is_refused_although_it_is_signed() -> None:
    other = replace(PLAIN, body=b'{"account": 7, "amount": "900.00"}')
    assert is_refused(replace(signed(other), body=PLAIN.body))
    forged = with_fields(signed(), **{"Content-Digest": signed(other).headers["Content-Digest"]})
    assert is_refused(forged)


@pytest.mark.parametrize(
    ("late", "refused"),
    [(-6, True), (-5, False), (0, False), (60, False), (65, False), (66, True), (3600, True)],
)
def test_the_window_to_the_second(late: int, refused: bool) -> None:
    assert is_refused(signed(), now=NOW + timedelta(seconds=late)) is refused


def test_another_key_and_another_algorithm() -> None:
    stranger = Ed25519PrivateKey.generate()
    assert is_refused(signed(key=stranger))
    assert is_refused(signed(key=bytes(32), algorithm="hmac-sha256"), "hmac-sha256")
    assert is_refused(signed(algorithm="hmac-sha256"), "ed25519")
    public = PRIVATE.public_key().public_bytes_raw()  # the classic confusion
    assert is_refused(signed(key=public, algorithm="hmac-sha256"), "ed25519")
