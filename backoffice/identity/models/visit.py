"""Browsers that people signed in with, and each time that they did."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class KnownDevice(models.Model):
    """A browser in which this person once passed both factors, known by a secret cookie.

    One browser has one key, whoever uses it: two people at one screen are on one device. Only the
    digest of the cookie is kept. `failures` count wrong tries from here since the latest good one.
    """

    user = models.ForeignKey(
        "identity.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    key = models.CharField(_("key"), max_length=64, editable=False)
    name = models.CharField(_("browser"), max_length=80)
    first_address = models.GenericIPAddressField(_("first seen at"))
    first_seen_at = models.DateTimeField(_("first seen"))
    seen_at = models.DateTimeField(_("latest sign-in"))
    recognised_at = models.DateTimeField(_("recognised by the person"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    failed_at = models.DateTimeField(_("latest wrong try"), null=True, blank=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["-seen_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="identity_device_once"),
            models.CheckConstraint(
                condition=Q(key__regex=r"^[0-9a-f]{64}$"), name="identity_device_digest"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Visit(models.Model):
    """One sign-in, from the second factor to the end; its session's key is forgotten with it."""

    user = models.ForeignKey(
        "identity.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    device = models.ForeignKey(
        KnownDevice, on_delete=models.PROTECT, related_name="+", verbose_name=_("device")
    )
    session_key = models.CharField(max_length=40, blank=True, editable=False)
    address = models.GenericIPAddressField(_("address"))
    started_at = models.DateTimeField(_("signed in"))
    seen_at = models.DateTimeField(_("latest activity"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("login session")
        verbose_name_plural = _("login sessions")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["user", "-started_at"], name="identity_visit_of_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["session_key"], condition=~Q(session_key=""), name="identity_visit_session"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | (Q(ended_at__gte=F("started_at"), session_key="") & ~Q(ended_by="")),
                name="identity_visit_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.address}"
