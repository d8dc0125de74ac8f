"""Business policies: versioned values with a day of entry into force, never edited in place."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PolicyVersion(models.Model):
    """One version of one policy. The one in force is the latest whose `valid_from` has come."""

    legal_entity = models.ForeignKey(
        "company.LegalEntity",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("legal entity"),
        help_text=_("Empty: for the whole house"),
    )
    code = models.SlugField(_("code"), max_length=64)
    version = models.PositiveIntegerField(_("version"))
    value = models.JSONField(_("value"))
    valid_from = models.DateTimeField(_("valid from"))
    set_by = models.CharField(_("set by"), max_length=40)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "code", "version"],
                nulls_distinct=False,
                name="company_policy_version_once",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="company_policy_version"),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(set_by="") & ~Q(reason=""), name="company_policy_told"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
