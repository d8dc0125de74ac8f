"""Letters to clients, as they were written: kept word for word, each sent once."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope


class ClientLetter(models.Model):
    """One letter. `key` names what it tells of: the same news is written once.

    `about_kind` and `about_key` say which record it is about (`payment`, 5). `address` is where it
    went; `not_sent_because` why it went nowhere. `version` is that of the broker's own text, none
    where the house's text was used.
    """

    scope: ClassVar[Scope] = Scope(
        client="client_id",
        owner="client__owner_id",
        desk="client__desk_id",
        entity="client__legal_entity_id",
        brand="client__brand_id",
    )

    client = models.ForeignKey("crm.Client", models.PROTECT, related_name="+")
    key = models.CharField(max_length=80, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=64)
    about_kind = models.CharField(max_length=16)
    about_key = models.CharField(max_length=40)
    language = models.CharField(_("language"), max_length=8)
    version = models.PositiveIntegerField(_("version"), null=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written"))
    address = models.EmailField(_("e-mail"), blank=True, default="")
    sent_at = models.DateTimeField(_("sent"), null=True)
    not_sent_because = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("letter to a client")
        verbose_name_plural = _("letters to clients")
        ordering = ["-id"]
        indexes = [models.Index(fields=["client", "-id"], name="crm_letter_of_client")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(code="") & ~Q(subject="") & ~Q(body=""),
                name="crm_letter_worded",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True)
                | Q(sent_at__gte=F("written_at"), not_sent_because=""),
                name="crm_letter_sent_later",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
