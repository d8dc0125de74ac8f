"""A small client of the back office's API: copy this file; beside Python it needs `cryptography`.

Every call is signed by RFC 9421 with a Content-Digest (RFC 9530). A call that changes something
also carries an Idempotency-Key: keep yours until you have the answer, and ask again with it.
"""

import base64
import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

TAG = "backoffice-v1"
LIVES_SECONDS = 60
TRIES = 4
COVERED = ("@method", "@target-uri", "@authority", "content-digest")
COVERED_BY_ACTS = (*COVERED, "content-type", "idempotency-key")


class Problem(Exception):
    """What the API says instead of a result: `code` for programs, the sentence for people."""

    def __init__(self, status: int, told: dict[str, Any]) -> None:
        super().__init__(told.get("detail", f"status {status}"))
        self.status, self.code = status, told.get("code", "")
        self.errors: dict[str, str] = told.get("errors", {})


class BackOffice:
    """One integration: its key, and the address of the API, as in https://crm.example/api/v1."""

    def __init__(self, url: str, key_id: str, private_pem: bytes) -> None:
        key = load_pem_private_key(private_pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("The key has to be an Ed25519 private key.")
        self.url, self.key_id, self.key = url.rstrip("/"), key_id, key
        self.clock_ahead = 0.0

    def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        words = urlencode(query)
        return self._sent("GET", f"{path}?{words}" if words else path, b"", "")

    def act(self, path: str, body: dict[str, Any], *, key: str) -> Any:
        """Change something, once for this Idempotency-Key however often it is asked."""
        return self._sent("POST", path, json.dumps(body).encode(), key)

    def pages(self, path: str, **query: Any) -> Any:
        """Yield every row of a list."""
        after = ""
        while True:
            page = self.get(path, **query, **({"after": after} if after else {}))
            yield from page["items"]
            after = page["next"]
            if not after:
                return

    def _sent(self, method: str, path: str, body: bytes, key: str) -> Any:
        for left in reversed(range(TRIES)):
            try:
                return self._once(method, f"{self.url}/{path}", body, key)
            except urllib.error.HTTPError as error:
                told = json.loads(error.read() or b"{}")
                code = told.get("code", "")
                if code.startswith("signature.too_") and left:
                    self.clock_ahead = self._server_time() - time.time()
                elif left and (error.code in (429, 503) or code == "under_way"):
                    time.sleep(min(30, int(error.headers.get("Retry-After", "1"))))
                else:
                    raise Problem(error.code, told) from error
            except OSError:
                if not left:  # nobody knows whether it arrived: the same key makes it safe to ask
                    raise
                time.sleep(1)
        raise AssertionError("unreachable")

    def _once(self, method: str, url: str, body: bytes, key: str) -> Any:
        fields = {"Content-Type": "application/json", "Idempotency-Key": key} if key else {}
        fields |= self._signature(method, url, body, fields)
        request = urllib.request.Request(url, body or None, fields, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
            return json.loads(answer.read())

    def _signature(
        self, method: str, url: str, body: bytes, fields: dict[str, str]
    ) -> dict[str, str]:
        digest = f"sha-256=:{_text(hashlib.sha256(body).digest())}:"
        known = {name.lower(): value for name, value in fields.items()}
        known |= {
            "@method": method,
            "@target-uri": url,
            "@authority": urlsplit(url).netloc.lower(),
            "content-digest": digest,
        }
        covered = COVERED_BY_ACTS if fields else COVERED
        created = int(time.time() + self.clock_ahead)
        names = " ".join(f'"{name}"' for name in covered)
        parameters = (
            f"({names});created={created};expires={created + LIVES_SECONDS}"
            f';nonce="{secrets.token_urlsafe(24)}";keyid="{self.key_id}"'
            f';alg="ed25519";tag="{TAG}"'
        )
        lines = [f'"{name}": {known[name]}' for name in covered]
        base = "\n".join([*lines, f'"@signature-params": {parameters}'])
        return {
            "Content-Digest": digest,
            "Signature-Input": f"sig1={parameters}",
            "Signature": f"sig1=:{_text(self.key.sign(base.encode()))}:",
        }

    def _server_time(self) -> float:
        with urllib.request.urlopen(f"{self.url}/time", timeout=30) as answer:  # noqa: S310
            return float(json.loads(answer.read())["unix"])


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
