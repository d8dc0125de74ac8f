"""What calls leave behind: nonces that are used up, answers that are kept, the calls themselves."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class UsedNonce(models.Model):
    """A nonce that a key has signed with; a second use is a replay."""

    id = models.BigAutoField(primary_key=True)
    key_id = models.CharField(max_length=64)
    nonce = models.CharField(max_length=128)
    used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["used_at"], name="machines_nonce_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["key_id", "nonce"], name="machines_nonce_once")
        ]

    def __str__(self) -> str:
        return self.nonce


class KeptAnswer(models.Model):
    """The answer to one Idempotency-Key of one machine, for ever.

    `fingerprint` is of method, address and body. Without `answered_at` the call is under way, or
    its process died: then whoever asks again carries it out. Secrets are never part of `body`.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("identity.User", models.PROTECT, related_name="+")
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="machines_answer_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, status__isnull=True, body="")
                | Q(answered_at__isnull=False, status__isnull=False),
                name="machines_answer_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class RateMark(models.Model):
    """A rate limit's one number, in microseconds since 1970, for when Redis is away."""

    key = models.CharField(primary_key=True, max_length=80)
    arrival = models.BigIntegerField()

    def __str__(self) -> str:
        return self.key


class ApiCall(models.Model):
    """One call: by whom (nobody, where that was not proved), what, from where, how it ended."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("identity.User", models.PROTECT, null=True, related_name="+")
    credential = models.CharField(max_length=64, default="", blank=True)
    method = models.CharField(max_length=8)
    route = models.CharField(max_length=120)
    status = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=24, default="", blank=True)
    detail = models.CharField(max_length=120, default="", blank=True)
    address = models.GenericIPAddressField(_("address"))
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            models.Index(fields=["user", "-id"], name="machines_call_of_user"),
            models.Index(
                fields=["user", "reason", "-id"],
                condition=~Q(reason=""),
                name="machines_call_refused",
            ),
            models.Index(fields=["at"], name="machines_call_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route}"
