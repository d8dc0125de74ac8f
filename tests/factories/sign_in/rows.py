"""Rows of somebody's sign-ins: a device, a session, a passkey."""

import secrets

from backoffice.core import clock
from backoffice.identity.models import KnownDevice, Passkey, User, Visit


def a_known_device(user: User, *, recognised: bool = True) -> KnownDevice:
    """A browser in which the user signed in before."""
    now = clock.now()
    return KnownDevice.objects.create(
        user=user,
        key=secrets.token_hex(32),
        name="Firefox on Linux",
        first_address="203.0.113.9",
        first_seen_at=now,
        seen_at=now,
        recognised_at=now if recognised else None,
    )


def a_visit(user: User) -> Visit:
    """A session that is open at another device of the user."""
    now = clock.now()
    return Visit.objects.create(
        user=user,
        device=a_known_device(user),
        session_key=secrets.token_hex(16),
        address="203.0.113.9",
        started_at=now,
        seen_at=now,
    )


def a_passkey_row(user: User) -> Passkey:
    """A passkey of the user whose private half nobody has."""
    return Passkey.objects.create(
        user=user,
        name="Key",
        credential_id=secrets.token_bytes(32),
        public_key=b"nobody's",
        added_at=clock.now(),
    )
