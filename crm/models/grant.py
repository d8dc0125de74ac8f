"""Single grants: one client shown to one person, for a reason and until a day."""

from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from backoffice.core.access import singles

IN_FORCE = Q(ended_at=None) & Q(expires_at__gt=Now())  # one clock, the database's, for every door


class ClientGrant(UserObjectPermissionBase):
    """A permission of django-guardian on one client, with a foreign key of its own and an end.

    What the person may do with the client is what their roles allow them at all. Guardian's own
    shortcuts know nothing of the end: IN_FORCE is what asks, beside the roles of the person.
    """

    user = models.ForeignKey(
        "identity.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    permission = models.ForeignKey(
        "auth.Permission", on_delete=models.PROTECT, related_name="+", editable=False
    )
    content_object = models.ForeignKey(
        "crm.Client", on_delete=models.PROTECT, related_name="+", verbose_name=_("client")
    )
    reason = models.CharField(_("reason"), max_length=200)
    granted_by = models.CharField(_("granted by"), max_length=40)
    granted_at = models.DateTimeField(_("granted"))
    expires_at = models.DateTimeField(_("until"))
    ended_by = models.CharField(_("ended by"), max_length=40, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("single grant")
        verbose_name_plural = _("single grants")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["user", "expires_at"],
                condition=Q(ended_at__isnull=True),
                name="crm_grant_of_user",
            ),
            models.Index(fields=["content_object", "-id"], name="crm_grant_of_client"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object"],
                condition=Q(ended_at__isnull=True),
                name="crm_grant_once",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("granted_at")) & ~Q(reason=""),
                name="crm_grant_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | (Q(ended_at__gte=F("granted_at")) & ~Q(ended_by="")),
                name="crm_grant_ended_later",
            ),
        ]


def ids_for(user: OuterRef) -> QuerySet[Any, Any]:
    """Return the clients that are shown to a user one by one now, for the question about them."""
    return ClientGrant.objects.filter(IN_FORCE, user_id=user).values_list("content_object_id")


singles.kept_by(ids_for)
