"""Desks: the tree of teams. A role that reaches a desk reaches every desk below it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Desk(models.Model):
    """A team of one legal entity. `path` holds the codes from the root: a subtree is a prefix."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
        verbose_name=_("above it"),
    )
    legal_entity = models.ForeignKey(
        "company.LegalEntity",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("legal entity"),
    )
    code = models.SlugField(_("code"), max_length=32)
    name = models.CharField(_("name"), max_length=120)
    path = models.CharField(_("path"), max_length=400, editable=False)

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        ordering = ["legal_entity_id", "path"]
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "path"], name="identity_desk_path_once"
            ),
            # Lets the database compare a desk's legal entity with its parent's.
            models.UniqueConstraint(
                fields=["id", "legal_entity"], name="identity_desk_with_entity"
            ),
            models.CheckConstraint(
                condition=Q(path__endswith=models.F("code")) & ~Q(code="") & ~Q(name=""),
                name="identity_desk_path_ends_in_code",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def path_below(parent: Desk | None, code: str) -> str:
    """Return the path of a desk with this code below this parent, or at the root."""
    return code if parent is None else f"{parent.path}.{code}"
