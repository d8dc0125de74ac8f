"""Legal entities, which are licensed and keep books, and the brands under which they are known."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.company.terms import check_timezone
from backoffice.core.amounts import CurrencyField


class LegalEntity(models.Model):
    """A company of the house: it has a licence, clients, groups, payment methods and books."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=2, help_text=_("ISO 3166 code"))
    regulator = models.CharField(_("regulator"), max_length=120, blank=True)
    reporting_currency = CurrencyField(_("reporting currency"))
    timezone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[check_timezone]
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("legal entity")
        verbose_name_plural = _("legal entities")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(jurisdiction__regex=r"^[A-Z]{2}$"),
                name="company_entity_jurisdiction_iso",
                violation_error_message=_("The jurisdiction is a country code of two letters."),
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""), name="company_entity_named"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Brand(models.Model):
    """A name under which a legal entity meets its clients."""

    legal_entity = models.ForeignKey(
        LegalEntity, on_delete=models.PROTECT, related_name="brands", verbose_name=_("legal entity")
    )
    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    site_url = models.URLField(_("site"), blank=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="company_brand_named"),
            # Lets a client's brand and entity be compared by the database.
            models.UniqueConstraint(
                fields=["id", "legal_entity"], name="company_brand_with_entity"
            ),
        ]

    def __str__(self) -> str:
        return self.name
