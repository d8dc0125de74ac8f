"""Letters to clients: one row a version, per legal entity, brand and language."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LetterTemplate(models.Model):
    """The words of one letter. A new text is a new version: what was sent can be read again."""

    legal_entity = models.ForeignKey(
        "company.LegalEntity",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("legal entity"),
    )
    brand = models.ForeignKey(
        "company.Brand",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("brand"),
        help_text=_("Empty: for every brand of the legal entity"),
    )
    code = models.SlugField(_("code"), max_length=64)
    language = models.CharField(_("language"), max_length=8, default="en")
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["code", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "brand", "code", "language", "version"],
                nulls_distinct=False,
                name="company_letter_version_once",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="company_letter_version"),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(subject="") & ~Q(body=""), name="company_letter_worded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.language} v{self.version}"
