"""Who votes in whose place for a while, and which client record is a member of staff's own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class VoteDelegation(models.Model):
    """One person lets another vote in their place, within a time, for some kinds or for all."""

    id = models.BigAutoField(primary_key=True)
    from_user = models.ForeignKey("identity.User", models.PROTECT, related_name="+")
    to_user = models.ForeignKey("identity.User", models.PROTECT, related_name="+")
    kinds = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=300)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_user=F("to_user")) & Q(ends_at__gt=F("starts_at")),
                name="approvals_delegation_to_another",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="approvals_delegation_reason"),
        ]


class ClientInterest(models.Model):
    """A client record that is a member of staff's own, or their family's: they never decide on it.

    The same e-mail address says so by itself; this row says what an address does not.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("identity.User", models.PROTECT, related_name="+")
    client_id = models.BigIntegerField()
    noted_by = models.CharField(max_length=64)
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("interest in a client")
        verbose_name_plural = _("interests in clients")
        constraints = [
            models.UniqueConstraint(fields=["user", "client_id"], name="approvals_interest_once")
        ]
