"""Integrations, and callers that sign as the guide says: made by the product's own actions."""

import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client as Browser

from backoffice.company.models import LegalEntity
from backoffice.core.permissions import scopes as all_scopes
from backoffice.edge.signatures.message import Message
from backoffice.edge.signatures.signing import signed_fields
from backoffice.identity.actions.machines import Grant
from backoffice.machines.actions import integrations, keys, tokens
from backoffice.machines.actions.integrations import Reaching
from backoffice.machines.models import Integration
from tests.factories.people import SETUP

HOST = "http://testserver"


def an_integration(
    *entities: LegalEntity,
    scopes: Sequence[str] | None = None,
    networks: Sequence[str] = ("127.0.0.0/8",),
    brands: Sequence[int] = (),
    per_minute: int = 6_000,
    burst: int = 600,
    name: str = "Web site",
) -> Integration:
    """Return a machine with every scope there is, unless told otherwise."""
    return integrations.register(
        name=name,
        purpose="The broker's web site",
        grant=Grant(
            scopes=list(all_scopes()) if scopes is None else scopes,
            entity_ids=[one.pk for one in entities],
            brand_ids=brands,
        ),
        reaching=Reaching(networks=networks, per_minute=per_minute, burst=burst),
        actor=SETUP,
        now=datetime.now(UTC),
    )


@dataclass
class Machine:
    """A caller with a key of its own; every call is signed afresh."""

    integration: Integration
    key_id: str
    key: Any = field(repr=False)
    browser: Browser = field(default_factory=Browser)

    def message(self, method: str, path: str, body: Any = None, key: str = "") -> Message:
        """The message of a call, not signed yet."""
        fields = {}
        if method not in ("GET", "HEAD"):
            fields = {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid4())}
        raw = b"" if body is None else json.dumps(body).encode()
        return Message(method, f"{HOST}/api/v1/{path}", fields, raw)

    def signed(self, message: Message, *, nonce: str = "", now: datetime | None = None) -> Message:
        """The message with its signature."""
        now, nonce = now or datetime.now(UTC), nonce or uuid4().hex
        made = signed_fields(message, key_id=self.key_id, key=self.key, nonce=nonce, now=now)
        return Message(message.method, message.url, {**message.headers, **made}, message.body)

    def send(self, message: Message, **extra: Any) -> Any:
        """Send exactly this."""
        return self.browser.generic(
            message.method,
            message.url.removeprefix(HOST),
            message.body,
            content_type=message.headers.get("Content-Type", ""),
            headers={k: v for k, v in message.headers.items() if k != "Content-Type"},
            **extra,
        )

    def get(self, path: str) -> Any:
        """Read, signed."""
        return self.send(self.signed(self.message("GET", path)))

    def post(self, path: str, body: Any = None, key: str = "") -> Any:
        """Act, signed."""
        return self.send(self.signed(self.message("POST", path, body or {}, key)))


def a_machine(*entities: LegalEntity, hmac: bool = False, **told: Any) -> Machine:
    """Return a machine that can call."""
    integration = an_integration(*entities, **told)
    now = datetime.now(UTC)
    if hmac:
        added = keys.make_secret(user_id=integration.pk, actor=SETUP, now=now)
        return Machine(integration, added.key.key_id, b64decode(added.secret))
    private = Ed25519PrivateKey.generate()
    text = private.public_key().public_bytes_raw().hex()
    added = keys.add_public_key(user_id=integration.pk, text=text, actor=SETUP, now=now)
    return Machine(integration, added.key.key_id, private)


def a_token(integration: Integration, scopes: Sequence[str] | None = None) -> str:
    """Return a token of a machine, for an hour."""
    issued = tokens.issue(
        user_id=integration.pk,
        label="test",
        scopes=integration.user.scopes if scopes is None else scopes,
        life=timedelta(hours=1),
        actor=SETUP,
        now=datetime.now(UTC),
    )
    return issued.secret
