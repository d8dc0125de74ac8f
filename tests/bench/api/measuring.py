"""The API beside its bare limits: a read by token, a signed read, a signed act, the proof alone."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backoffice.edge.signatures.message import Message
from backoffice.edge.signatures.signing import signed_fields
from backoffice.edge.signatures.verifying import Key, verify
from tests.bench.figures import Figure, middle
from tests.bench.stage import Stage

ROUNDS, PER_ROUND, WARM, PROOFS = 8, 25, 10, 400
Call = Callable[[], httpx.Response]


def measure(stage: Stage) -> list[Figure]:
    """Reads and acts through the demo's own server, from one caller."""
    assert stage.client  # what the demo's making caused is worked off by now
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    app = stage.environment(stage.database_url("mt4bo_app", "mt4bo"))
    told = stage.run("-m", "tests.bench.api.caller", public, env=app)
    with httpx.Client(base_url=stage.demo.address, timeout=30) as http:
        caller = Caller(http, told, private)
        page, token = _race(
            lambda: stage.client.get(f"/clients/{told['client']}/"), caller.read_by_token
        )
        token_again, signed = _race(caller.read_by_token, caller.read_signed)
        act, read = _race(caller.register, caller.read_by_token)
    ours, bare = _proof(private)
    return [
        Figure(name="api: one client, by token", unit="ms", ours=token, bare=page, goal=1,
               note="beside the same client's page in the same server"),
        Figure(name="api: one client, signed", unit="ms", ours=signed, bare=token_again, goal=1.5,
               note="beside the same read by token: proof, nonce in PostgreSQL"),
        Figure(name="api: register a client, signed", unit="ms", ours=act,
               bare=read + told["register_ms"], goal=2,
               note="beside a read by token and the action alone: proof, nonce, kept answer"),
        Figure(name="api: verify a signature", unit="us", ours=ours, bare=bare, goal=8,
               note="the rule, the base, the digest, Ed25519; beside Ed25519 alone"),
    ]  # fmt: skip


class Caller:
    """A machine of the demo's broker."""

    def __init__(self, http: httpx.Client, told: dict[str, Any], private: Any) -> None:
        self.http, self.told, self.private = http, told, private
        self.client = f"/api/v1/clients/{told['client']}"

    def read_by_token(self) -> httpx.Response:
        """Read a client."""
        return self.http.get(self.client, headers={"Authorization": f"Bearer {self.told['token']}"})

    def read_signed(self) -> httpx.Response:
        """Read the same client."""
        return self._signed("GET", self.client, b"", {})

    def register(self) -> httpx.Response:
        """Register somebody new."""
        person = {"full_name": "Bench", "email": f"{uuid4().hex}@bench.example", "country": "ES",
                  "legal_entity": self.told["entity"]}  # fmt: skip
        fields = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        return self._signed("POST", "/api/v1/clients/register", json.dumps(person).encode(), fields)

    def _signed(
        self, method: str, path: str, body: bytes, fields: dict[str, str]
    ) -> httpx.Response:
        message = Message(method, str(self.http.base_url.join(path)), fields, body)
        made = signed_fields(
            message, key_id=self.told["key_id"], key=self.private, nonce=uuid4().hex,
            now=datetime.now(UTC),
        )  # fmt: skip
        return self.http.request(method, path, content=body, headers={**fields, **made})


def _race(one: Call, other: Call) -> tuple[float, float]:
    """Medians in milliseconds; rounds take turns, so that both meet the same weather."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS):
        for which, call in enumerate((one, other)):
            for request in range(PER_ROUND + (WARM if turn == 0 else 0)):
                start = time.monotonic()
                answer = call()
                if not answer.is_success:
                    raise RuntimeError(f"{answer.url} answered {answer.status_code}: {answer.text}")
                if turn or request >= WARM:
                    taken[which].append(1000 * (time.monotonic() - start))
    return middle(taken[0]), middle(taken[1])


def _proof(private: Any) -> tuple[float, float]:
    now, public = datetime.now(UTC), private.public_key()
    fields = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    plain = Message("POST", "https://crm.example/api/v1/withdrawals/request", fields, b"x" * 200)
    made = signed_fields(plain, key_id="k1-bench", key=private, nonce=uuid4().hex, now=now)
    message = Message(plain.method, plain.url, {**fields, **made}, plain.body)
    key, base = Key("ed25519", public), b"y" * 600
    signature = private.sign(base)
    ours, bare = [], []
    for _ in range(PROOFS):
        start = time.perf_counter()
        verify(message, key, now=now)
        middle_at = time.perf_counter()
        public.verify(signature, base)
        ours.append(1e6 * (middle_at - start))
        bare.append(1e6 * (time.perf_counter() - middle_at))
    return middle(ours), middle(bare)
