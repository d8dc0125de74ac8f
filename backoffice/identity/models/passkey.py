"""Passkeys: a key pair in somebody's authenticator, of which we keep the public half."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device


class Passkey(Device):
    """A WebAuthn credential as a second factor, beside one-time codes.

    It is one of django-otp's devices, so that whoever passed by it counts as verified everywhere.
    `answered` is the digest of the latest challenge that it answered, so that none is taken twice.
    It takes no token: its answers are checked by actions/passkeys.py.
    """

    # Named here for the type checker: django-otp's abstract model leaves the way back unnamed.
    user = models.ForeignKey(
        "identity.User", on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    credential_id = models.BinaryField(_("credential"), max_length=1023, unique=True)
    public_key = models.BinaryField(_("public key"), max_length=2048)
    sign_count = models.PositiveBigIntegerField(_("uses, as the authenticator counts"), default=0)
    is_synced = models.BooleanField(_("synced between devices"), default=False)
    answered = models.CharField(max_length=64, blank=True, editable=False)
    added_at = models.DateTimeField(_("added"))
    used_at = models.DateTimeField(_("latest use"), null=True, blank=True)

    class Meta:
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="identity_passkey_named"),
        ]

    def verify_token(self, token: str) -> bool:
        """Refuse every typed token: a passkey answers challenges."""
        return False
