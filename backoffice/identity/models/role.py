"""Roles: named sets of permissions with a reach; and who holds which role, where, until when."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from backoffice.core import permissions
from backoffice.identity.states import REACH_LABELS, Kind, RoleReach


def check_permissions(codes: list[str]) -> None:
    """Refuse a permission that no app names."""
    unknown = sorted(set(codes) - set(permissions.registered()))
    if unknown:
        raise ValidationError(
            _("There is no permission %(codes)s."), params={"codes": ", ".join(unknown)}
        )


class Role(models.Model):
    """What its holders may do, and how far that reaches."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    permissions = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("permissions"),
        validators=[check_permissions],
    )
    reach = models.CharField(
        _("reach"),
        max_length=8,
        choices=[(reach.value, REACH_LABELS[reach]) for reach in RoleReach],
    )
    networks = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("only from these networks"),
        default=list,
        blank=True,
        help_text=_("Empty: from anywhere. Whoever holds the role is let in from nowhere else."),
    )
    is_builtin = models.BooleanField(_("built in"), default=False, editable=False)
    changed_by = models.CharField(_("changed by"), max_length=40, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reach__in=[reach.value for reach in RoleReach]),
                name="identity_role_reach",
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="identity_role_named"),
        ]

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """A role in somebody's hands. `user_kind` lets the database refuse anybody but staff."""

    user = models.ForeignKey(
        "identity.User", on_delete=models.PROTECT, related_name="grants", verbose_name=_("user")
    )
    user_kind = models.CharField(max_length=8, default=Kind.STAFF.value, editable=False)
    role = models.ForeignKey(
        Role, on_delete=models.PROTECT, related_name="grants", verbose_name=_("role")
    )
    legal_entity = models.ForeignKey(
        "company.LegalEntity",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("legal entity"),
        help_text=_("Empty: in every legal entity"),
    )
    granted_by = models.CharField(_("granted by"), max_length=40)
    granted_at = models.DateTimeField(_("granted"))
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    revoked_by = models.CharField(_("revoked by"), max_length=40, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("granted role")
        verbose_name_plural = _("granted roles")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "legal_entity"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="identity_grant_once",
            ),
            models.CheckConstraint(
                condition=Q(user_kind=Kind.STAFF.value), name="identity_grant_staff_only"
            ),
            models.CheckConstraint(
                condition=~Q(
                    granted_by=Concat(Value("staff:"), Cast("user_id", models.TextField()))
                ),
                name="identity_grant_by_another",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("granted_at")),
                name="identity_grant_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="")
                | (Q(revoked_at__gte=F("granted_at")) & ~Q(revoked_by="")),
                name="identity_grant_revoked_later",
            ),
        ]
