"""A client or lead: one person or company, with many trading accounts on several servers."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Right, Upper
from django.utils.translation import gettext_lazy as _

from backoffice.company.terms import check_timezone
from backoffice.core.access import Scope
from crm import terms
from crm.calc.contacts import TAIL
from crm.states import CLIENT_KIND_LABELS, CLIENT_STATUS_LABELS, ClientKind, ClientStatus

NUMBER_SEQUENCE = "crm_client_number"


class Client(models.Model):
    """Who the broker deals with. `number` is what people say on the phone."""

    number = models.BigIntegerField(
        _("number"),
        unique=True,
        db_default=Func(Value(NUMBER_SEQUENCE), function="nextval"),
    )
    kind = models.CharField(
        _("kind"),
        max_length=8,
        default=ClientKind.PERSON.value,
        choices=[(kind.value, CLIENT_KIND_LABELS[kind]) for kind in ClientKind],
    )
    legal_entity = models.ForeignKey(
        "company.LegalEntity",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # crm_client_of_entity begins with it
        verbose_name=_("legal entity"),
    )
    brand = models.ForeignKey(
        "company.Brand",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("brand"),
    )
    owner = models.ForeignKey(
        "identity.User",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("owner"),
    )
    desk = models.ForeignKey(
        "identity.Desk",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("desk"),
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=[(status.value, CLIENT_STATUS_LABELS[status]) for status in ClientStatus],
    )
    full_name = models.CharField(_("name"), max_length=160)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_digits = models.GeneratedField(
        expression=Func(
            F("phone"), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace"
        ),
        output_field=models.CharField(max_length=40),
        db_persist=True,
    )
    # Without accents, signs and order; crm.calc.contacts.name_key() reckons the same.
    name_key = models.GeneratedField(
        expression=Func(F("full_name"), function="crm_name_key"),
        output_field=models.CharField(max_length=160),
        db_persist=True,
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    timezone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[check_timezone]
    )
    source = models.CharField(_("source"), max_length=80, blank=True)
    tags = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tags")
    )
    created_at = models.DateTimeField(_("created"))
    # Kept by a trigger whenever e-mail or phone become others, whoever changes them.
    contact_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True)
    kyc_level = models.PositiveSmallIntegerField(_("KYC level"), default=0)
    is_test = models.BooleanField(_("test client"), default=False)

    scope = Scope(
        client="id",
        owner="owner_id",
        desk="desk_id",
        entity="legal_entity_id",
        brand="brand_id",
    )

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ["full_name", "id"]
        indexes = [
            # The list is read by name within what a role reaches; each index is one such walk.
            models.Index(fields=["full_name", "id"], name="crm_client_by_name"),
            models.Index(fields=["owner", "full_name", "id"], name="crm_client_of_owner"),
            models.Index(fields=["desk", "full_name", "id"], name="crm_client_of_desk"),
            models.Index(fields=["legal_entity", "full_name", "id"], name="crm_client_of_entity"),
            models.Index(fields=["status", "full_name", "id"], name="crm_client_in_status"),
            models.Index(fields=["country", "full_name", "id"], name="crm_client_of_country"),
            models.Index(fields=["kyc_level", "full_name", "id"], name="crm_client_at_kyc_level"),
            models.Index(F("created_at").desc(), F("id").desc(), name="crm_client_newest"),
            # Search: icontains compares in upper case, so the trigrams are of upper case.
            GinIndex(OpClass(Upper("full_name"), name="gin_trgm_ops"), name="crm_client_name_trgm"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="crm_client_email_trgm"),
            GinIndex(OpClass(F("phone_digits"), name="gin_trgm_ops"), name="crm_client_phone_trgm"),
            # Two letters make no trigram: the beginning of a name is found here.
            models.Index(
                OpClass(Upper("full_name"), name="text_pattern_ops"), name="crm_client_name_begins"
            ),
            GinIndex(fields=["tags"], name="crm_client_tags"),
            # Whether two records are one person is asked by whole keys.
            models.Index(fields=["email"], condition=~Q(email=""), name="crm_client_email"),
            models.Index(fields=["name_key"], name="crm_client_name_key"),
            models.Index(Right("phone_digits", TAIL), name="crm_client_phone_tail"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ClientKind])
                & Q(status__in=[status.value for status in ClientStatus]),
                name="crm_client_words",
            ),
            models.CheckConstraint(
                condition=~Q(full_name="") & Q(number__gt=0), name="crm_client_named"
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="crm_client_email_lower"
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"),
                name="crm_client_country_iso",
            ),
            models.CheckConstraint(
                condition=Q(status=ClientStatus.LEAD.value)
                | Q(status__in=[ClientStatus.BLOCKED.value, ClientStatus.CLOSED.value])
                | Q(registered_at__isnull=False),
                name="crm_client_registered_or_lead",
            ),
            models.CheckConstraint(
                condition=Q(registered_at__isnull=True) | Q(registered_at__gte=F("created_at")),
                name="crm_client_registered_later",
            ),
            models.CheckConstraint(condition=Q(kyc_level__lte=9), name="crm_client_kyc_level"),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} #{self.number}"

    @property
    def email_masked(self) -> str:
        """The address for somebody who may not read it."""
        return terms.mask_email(self.email)

    @property
    def phone_masked(self) -> str:
        """The number for somebody who may not read it."""
        return terms.mask_phone(self.phone)
