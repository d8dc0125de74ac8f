"""An integration: a program that calls the API in its own name."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Integration(models.Model):
    """What is known of a machine beside its user row, which holds scopes, entities and brands.

    `networks` are where it may call from; none means nowhere. `per_minute` calls come back evenly,
    `burst` of them may come at once.
    """

    user = models.OneToOneField("identity.User", models.PROTECT, primary_key=True, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=200)
    networks = ArrayField(
        models.CharField(max_length=50), default=list, verbose_name=_("addresses")
    )
    per_minute = models.PositiveIntegerField(_("calls a minute"), default=600)
    burst = models.PositiveIntegerField(_("calls at once"), default=60)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        constraints = [
            models.CheckConstraint(
                condition=Q(per_minute__gte=1, per_minute__lte=60_000)
                & Q(burst__gte=1, burst__lte=10_000),
                name="machines_integration_limits",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="machines_integration_told"),
        ]

    def __str__(self) -> str:
        return str(self.user)
