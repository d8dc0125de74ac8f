"""The published vectors of RFC 9421 and RFC 9530, through the library that our rule stands on."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier
from http_message_signatures.algorithms import ECDSA_P256_SHA256, ED25519, HMAC_SHA256
from http_message_signatures.digests import ContentDigest
from http_message_signatures.structures import CaseInsensitiveDict

from backoffice.edge.signatures.message import Message

pytestmark = pytest.mark.shared_data

#: B.2.5's shared secret, as the RFC's text prints it (appendix B.1.5).
SECRET = base64.b64decode(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)
B25 = {
    "label": "sig-b25",
    "input": '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    "signature": "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
}


@pytest.fixture
def told(shared_data: Path) -> dict[str, Any]:
    """The file of vectors."""
    path = shared_data / "vectors" / "http-signatures-rfc9421" / "vectors.json"
    return json.loads(path.read_text("utf-8"))


def jwk(key: dict[str, str]) -> Any:
    """A published public key."""
    x = base64.urlsafe_b64decode(key["x"] + "==")
    if key["kty"] == "OKP":
        return Ed25519PublicKey.from_public_bytes(x)
    y = base64.urlsafe_b64decode(key["y"] + "==")
    numbers = ec.EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
    )
    return numbers.public_key()


class Response(Message):
    """The RFC's response."""

    status_code = 200
    request = None


def base_of(message: Any, entry: dict[str, Any], algorithm: Any, extra: dict[str, str]) -> bytes:
    """The signature base that the library builds for a vector's covered components."""
    verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=None)
    headers = CaseInsensitiveDict({**message.headers, **extra})
    headers["Signature-Input"] = f"{entry['label']}={entry['input']}"
    headers["Signature"] = f"{entry['label']}=:{entry['signature']}:"
    changed = type(message)(message.method, message.url, headers, message.body)
    ((_, covered, _signature),) = verifier._get_sig_inputs_and_signatures(changed)
    base, _, _ = verifier._build_signature_base(
        changed, covered_component_ids=list(covered), signature_params=covered.params
    )
    return base.encode()


def request_of(told: dict[str, Any], **changed: str) -> Message:
    """The RFC's test request."""
    known = told["request"]
    url = changed.get("url", known["url"])
    return Message(known["method"], url, known["headers"], known["body"].encode())


def test_ed25519_b26_base_and_signature(told: dict[str, Any]) -> None:
    entry = next(one for one in told["vectors"] if one["section"] == "B.2.6")
    base = base_of(request_of(told), entry, ED25519, {})
    assert base.decode() == entry["base"]
    key, made = jwk(told["keys"][entry["keyid"]]["public_jwk"]), entry["signature"]
    key.verify(base64.b64decode(made), base)
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(made), base.replace(b"POST", b"PUT"))


def test_hmac_b25(told: dict[str, Any]) -> None:
    base = base_of(request_of(told), B25, HMAC_SHA256, {})
    assert base64.b64encode(HMAC_SHA256(SECRET).sign(base)).decode() == B25["signature"]


@pytest.mark.parametrize("section", ["B.2.4", "B.3"])
def test_ecdsa_bases_and_signatures(told: dict[str, Any], section: str) -> None:
    entry = next(one for one in told["vectors"] if one["section"] == section)
    if section == "B.2.4":
        known = told["response"]
        message: Any = Response("", "", known["headers"], known["body"].encode())
        extra: dict[str, str] = {}
    else:
        message = request_of(told, url="https://service.internal.example/foo?param=Value&Pet=dog")
        line = next(one for one in entry["base"].splitlines() if one.startswith('"client-cert"'))
        extra = {"Client-Cert": line.partition(": ")[2]}
    base = base_of(message, entry, ECDSA_P256_SHA256, extra)
    assert base.decode() == entry["base"]
    key = jwk(told["keys"][entry["keyid"]]["public_jwk"])
    ECDSA_P256_SHA256(public_key=key).verify(base64.b64decode(entry["signature"]), base)


def test_digests_of_rfc_9530(told: dict[str, Any]) -> None:
    cases = told["rfc9530_content_digest"]
    assert len(cases) == 3
    for case in cases:
        (name,) = set(case) - {"body"}
        value = hashlib.new(name.replace("-", ""), case["body"].encode()).digest()
        assert base64.b64encode(value).decode() == case[name]
        ContentDigest.verify(f"{name}=:{case[name]}:", case["body"].encode())
