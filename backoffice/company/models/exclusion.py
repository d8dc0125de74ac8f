"""The exclusion list: test and staff accounts that no figure, payment run or campaign may count."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.company.states import SUBJECT_KIND_LABELS, SubjectKind


class ExcludedSubject(models.Model):
    """One thing that is left out, why, since when, and until when."""

    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=[(kind.value, SUBJECT_KIND_LABELS[kind]) for kind in SubjectKind],
    )
    key = models.CharField(
        _("key"),
        max_length=254,
        help_text=_("Client number, trading account number, group name or e-mail domain"),
    )
    reason = models.CharField(_("reason"), max_length=200)
    added_by = models.CharField(_("added by"), max_length=40)
    added_at = models.DateTimeField(_("added"))
    removed_by = models.CharField(_("removed by"), max_length=40, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusion list")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(removed_at__isnull=True),
                name="company_excluded_once",
                violation_error_message=_("This is on the exclusion list already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in SubjectKind]),
                name="company_excluded_kind",
            ),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(reason="") & ~Q(added_by=""),
                name="company_excluded_told",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by="")
                | (Q(removed_at__gte=F("added_at")) & ~Q(removed_by="")),
                name="company_excluded_removed_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
