"""Who calls: the machine behind a token or a key, if it is good now."""

from datetime import datetime
from hmac import compare_digest
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from knox.crypto import hash_token
from knox.settings import CONSTANTS

from backoffice.core.runtime import sealing
from backoffice.edge.signatures.verifying import Key
from backoffice.machines.models import AccessToken, Integration, SigningKey
from backoffice.machines.states import Algorithm

KEY_PURPOSE = "machines.signing_key"
LONGEST_TOKEN = 100


def find_token(secret: str, *, now: datetime) -> AccessToken | None:
    """Return a token that is neither revoked nor over."""
    if not secret.isascii() or len(secret) > LONGEST_TOKEN:
        return None
    digest = hash_token(secret)
    tokens = AccessToken.objects.filter(
        token_key=secret[: CONSTANTS.TOKEN_KEY_LENGTH], revoked_at=None, expiry__gt=now
    )
    return next((one for one in tokens if compare_digest(one.digest, digest)), None)


def find_key(key_id: str, *, now: datetime) -> SigningKey | None:
    """Return a key that is neither retired nor over."""
    keys = SigningKey.objects.filter(key_id=key_id, retired_at=None, expires_at__gt=now)
    return keys.first()


def integration_of(credential: AccessToken | SigningKey) -> Integration:
    """Return the machine of a credential that was proved; a token narrows it to its scopes."""
    integration = Integration.objects.select_related("user").get(pk=credential.user_id)
    if isinstance(credential, AccessToken):
        integration.user.narrowed_to = frozenset(credential.scopes)
    return integration


def verifying(key: SigningKey) -> Key:
    """Return what verifies a signature of this key."""
    material: Any = bytes(key.material)
    if key.algorithm == Algorithm.ED25519:
        return Key(key.algorithm, Ed25519PublicKey.from_public_bytes(material))
    return Key(key.algorithm, sealing.unseal(material, purpose=KEY_PURPOSE))
