"""One comparison of a server's whole book with our copy of it, and what it found."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope
from trading.models.server import Server
from trading.states import VERIFICATION_LABELS, Source, Verified


class Verification(models.Model):
    """One run. `findings` name table, key and field of what differs, and never a value of it:
    names and addresses of people are among them.

    `tickets` are the server's tickets of every kind, `kept` rows that are only ours because the
    server archived or dropped them.
    """

    scope: ClassVar[Scope] = Scope(shared=True)

    id = models.BigAutoField(primary_key=True)
    server = models.ForeignKey(Server, models.CASCADE, related_name="verifications")
    source = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Source])
    run_by = models.CharField(max_length=64)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    state = models.CharField(
        max_length=12, choices=list(VERIFICATION_LABELS.items()), default=Verified.RUNNING
    )
    accounts = models.PositiveIntegerField(_("accounts"), default=0)
    tickets = models.PositiveBigIntegerField(_("tickets"), default=0)
    kept = models.PositiveBigIntegerField(default=0)
    differences = models.PositiveIntegerField(_("differences"), default=0)
    mended = models.PositiveIntegerField(_("mended"), default=0)
    findings = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in Verified]),
                name="trading_verification_state",
            ),
            models.CheckConstraint(
                condition=models.Q(state=Verified.RUNNING) | models.Q(finished_at__isnull=False),
                name="trading_verification_finished",
            ),
        ]
        indexes = [
            models.Index(fields=["server", "-started_at"], name="trading_verification_last_idx")
        ]

    def __str__(self) -> str:
        """Return the server's code and the moment."""
        return f"{self.server} {self.started_at:%Y-%m-%d %H:%M}"
