"""What a machine shows: a token that reads, a key whose signature also acts."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from backoffice.machines.states import ALGORITHM_LABELS, Algorithm


class AccessToken(AbstractAuthToken):
    """A token: kept as its hash, with the scopes that it narrows its machine to, and an end."""

    user = models.ForeignKey("identity.User", models.PROTECT, related_name="+")
    label = models.CharField(_("what for"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=80), verbose_name=_("scopes"))
    issued_by = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=64, default="", blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        indexes = [models.Index(fields=["user", "-issued_at"], name="machines_token_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(expiry__isnull=False) & Q(expiry__gt=F("issued_at")),
                name="machines_token_ends",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="machines_token_revoked_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.token_key}…"


class SigningKey(models.Model):
    """A key of a machine. `material`: Ed25519's public 32 bytes, or HMAC's secret, sealed."""

    ALGORITHMS: ClassVar = [(one.value, ALGORITHM_LABELS[one]) for one in Algorithm]

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("identity.User", models.PROTECT, related_name="+")
    key_id = models.CharField(_("key id"), max_length=64, unique=True)
    algorithm = models.CharField(max_length=16, choices=ALGORITHMS)
    material = models.BinaryField(editable=False)
    fingerprint = models.CharField(_("fingerprint"), max_length=24)
    added_by = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    retired_by = models.CharField(max_length=64, default="", blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        indexes = [models.Index(fields=["user", "-added_at"], name="machines_key_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(algorithm__in=[one.value for one in Algorithm]) & ~Q(key_id=""),
                name="machines_key_words",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("added_at")), name="machines_key_ends"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_by="")
                | (Q(retired_at__isnull=False) & ~Q(retired_by="")),
                name="machines_key_retired_by",
            ),
        ]

    def __str__(self) -> str:
        return self.key_id
