"""Whose card was opened, revealed or taken out by whom, once a day each: what quotas count."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.states import LOOK_LABELS, LookKind


class Look(models.Model):
    """One look of one person on one day (UTC). An export counts many at once and names nobody."""

    user = models.ForeignKey(
        "identity.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    client = models.ForeignKey(
        "crm.Client",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("client"),
    )
    kind = models.CharField(
        _("kind"), max_length=8, choices=[(one.value, LOOK_LABELS[one]) for one in LookKind]
    )
    count = models.PositiveIntegerField(_("clients"), default=1)
    on_date = models.DateField(_("day"))
    looked_at = models.DateTimeField(_("moment"))

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        ordering = ["-id"]
        indexes = [models.Index(fields=["on_date", "user", "kind"], name="crm_look_of_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "client", "kind", "on_date"],
                condition=Q(client__isnull=False),
                name="crm_look_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in LookKind]) & Q(count__gte=1),
                name="crm_look_words",
            ),
        ]
