"""Who may ask for a kind of act and who has to agree: versions of a policy, never edited."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ApprovalPolicy(models.Model):
    """One version; the highest of a kind is in force. `payload` is the text that was agreed to.

    `rules`: permission · askers (role codes, none: whoever may) · hours (0: no deadline) · step_up
    · delegable · bands. A band: currency and above (a decimal as text), and seats: a list of role
    codes each, empty for whoever holds the permission; no seat: one person alone, reviewed.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=40)
    version = models.PositiveIntegerField(_("version"))
    payload = models.TextField(editable=False)
    rules = models.JSONField(_("rules"))
    request = models.OneToOneField(
        "approvals.ApprovalRequest", models.PROTECT, null=True, related_name="+"
    )
    set_by = models.CharField(_("set by"), max_length=64)
    set_at = models.DateTimeField(_("set"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("approval policy")
        verbose_name_plural = _("approval policies")
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="approvals_policy_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="approvals_policy_version"),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(set_by="") & ~Q(reason=""), name="approvals_policy_told"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"
