"""Second factors: whether there is one, and what an enrolment shows."""

from base64 import b32encode
from dataclasses import dataclass

from django.db.models import QuerySet
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.identity.models import Passkey


@dataclass(frozen=True)
class Offer:
    """What an authenticator app needs: the secret as text, and the address behind the QR code."""

    secret: str
    address: str


def has_factor(user_id: int) -> bool:
    """Say whether the user has enrolled a one-time code or a passkey."""
    return has_code(user_id) or Passkey.objects.filter(user_id=user_id, confirmed=True).exists()


def has_code(user_id: int) -> bool:
    """Say whether the user has enrolled a one-time code."""
    return TOTPDevice.objects.filter(user_id=user_id, confirmed=True).exists()


def count_factors(user_id: int) -> int:
    """Count what the user can sign in with as a second step, recovery codes apart."""
    passkeys = Passkey.objects.filter(user_id=user_id, confirmed=True).count()
    return passkeys + TOTPDevice.objects.filter(user_id=user_id, confirmed=True).count()


def list_passkeys(user_id: int) -> QuerySet[Passkey]:
    """Return the passkeys of the user, oldest first."""
    return Passkey.objects.filter(user_id=user_id, confirmed=True).order_by("pk")


def get_offer(user_id: int, device_id: int) -> Offer | None:
    """Return the secret that waits to be confirmed, or None when it was, or was replaced."""
    device = (
        TOTPDevice.objects.filter(pk=device_id, user_id=user_id, confirmed=False)
        .select_related("user")
        .first()
    )
    if device is None:
        return None
    secret = b32encode(device.bin_key).decode().rstrip("=")
    return Offer(secret=secret, address=device.config_url)


def recovery_codes_left(user_id: int) -> int:
    """Count the recovery codes that were not used yet."""
    return StaticToken.objects.filter(device__user_id=user_id, device__confirmed=True).count()
