"""A way for money to come in or go out, of one legal entity and in one currency."""

import ipaddress
from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as told
from django.utils.translation import gettext_lazy as _

from accounts.states import DIRECTION_LABELS, METHOD_KIND_LABELS, Direction, MethodKind
from accounts.terms import BANK_WIRE
from accounts.terms.chains import BY_HAND, NETWORK_LABELS, Network
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField

HANDED_KINDS = (MethodKind.LOCAL_AGENT, MethodKind.CASH_OFFICE)


def check_networks(texts: Iterable[str]) -> None:
    """Refuse what is neither an address nor a network."""
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            sentence = told("%(text)s is no address and no network, such as 203.0.113.0/24.")
            raise ValidationError(sentence % {"text": text}) from None


class PaymentMethod(models.Model):
    """What a client of this legal entity is offered for a deposit or a withdrawal."""

    legal_entity = models.ForeignKey(
        "company.LegalEntity",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("legal entity"),
    )
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=[(kind.value, METHOD_KIND_LABELS[kind]) for kind in MethodKind],
    )
    currency = CurrencyField(_("currency"))
    direction = models.CharField(
        _("direction"),
        max_length=4,
        choices=[(way.value, DIRECTION_LABELS[way]) for way in Direction],
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Deposits: through which provider, from where it may call back, what we take and allow.
    provider = models.SlugField(_("provider"), max_length=40, default="", blank=True)
    callback_addresses = ArrayField(
        models.CharField(max_length=43),
        default=list,
        blank=True,
        verbose_name=_("addresses that may call back (empty: any)"),
        validators=[check_networks],
    )
    fee_percent = models.DecimalField(
        _("our fee on deposits, percent"), max_digits=7, decimal_places=4, default=0
    )
    minimum = AmountField(_("smallest deposit"), null=True, blank=True)
    maximum = AmountField(_("largest deposit"), null=True, blank=True)

    # Crypto: over which network, and how deep a transaction lies before it counts.
    network = models.CharField(
        _("network"), max_length=16, choices=list(NETWORK_LABELS.items()), default="", blank=True
    )
    confirmations = models.PositiveIntegerField(_("confirmations needed"), default=12)
    # Where to go, whom to ask for, the house's own address: what the client reads.
    instructions = models.CharField(
        _("what the client reads"), max_length=500, default="", blank=True
    )

    # Everybody who may see methods sees those of the legal entities in reach; none has an owner.
    scope = Scope(entity="legal_entity_id")

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        ordering = ["legal_entity_id", "code", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "code", "currency"], name="accounts_method_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in MethodKind])
                & Q(direction__in=[way.value for way in Direction]),
                name="accounts_method_words",
            ),
            models.CheckConstraint(
                condition=Q(network__in=["", *(one.value for one in Network)])
                & Q(confirmations__gt=0),
                name="accounts_method_network",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3,4}$"), name="accounts_method_currency"
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""), name="accounts_method_named"
            ),
            models.CheckConstraint(
                condition=Q(fee_percent__gte=0, fee_percent__lt=100)
                & (Q(minimum__isnull=True) | Q(minimum__gt=0))
                & (Q(maximum__isnull=True) | Q(maximum__gt=0)),
                name="accounts_method_deposits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.currency}"

    @property
    def is_crypto(self) -> bool:
        """Whether its money moves over a chain."""
        return self.kind == MethodKind.CRYPTO

    @property
    def is_handed(self) -> bool:
        """Whether people hand its money over."""
        return self.kind in HANDED_KINDS

    @property
    def is_told_by_people(self) -> bool:
        """Whether people, and no provider, say what came."""
        return self.provider in BY_HAND

    @property
    def is_settled(self) -> bool:
        """Whether a provider collects its money and settles it with us."""
        return self.provider not in {"", BANK_WIRE, *BY_HAND}

    def clean(self) -> None:
        """Refuse crypto without a network, and a house's own wallet without its address."""
        if self.is_crypto and not self.network:
            raise ValidationError({"network": told("Crypto moves over a network: say over which.")})


class MethodTerms(models.Model):
    """A version of a method's terms, never edited: of clients in a country, one way of the money.

    `country` is empty for every country without terms of its own. The newest version holds. Amounts
    are in the method's currency, hours are those of the office's business days.
    """

    id = models.BigAutoField(primary_key=True)
    method = models.ForeignKey(PaymentMethod, models.PROTECT, related_name="terms")
    direction = models.CharField(
        _("direction"),
        max_length=4,
        choices=[(way.value, DIRECTION_LABELS[way]) for way in (Direction.IN, Direction.OUT)],
    )
    country = models.CharField(_("country"), max_length=2, default="", blank=True)
    is_offered = models.BooleanField(_("offered"), default=True)
    minimum = AmountField(_("smallest amount"), null=True, blank=True)
    maximum = AmountField(_("largest amount"), null=True, blank=True)
    day_limit = AmountField(_("at most within 24 hours"), null=True, blank=True)
    month_limit = AmountField(_("at most within 30 days"), null=True, blank=True)
    fee_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    fee_fixed = AmountField(default=0)
    provider_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    provider_fixed = AmountField(default=0)
    decide_hours = models.PositiveIntegerField(_("hours to decide"))
    pay_hours = models.PositiveIntegerField(_("hours to pay"))
    notices = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()
    approval = models.OneToOneField(
        "approvals.ApprovalRequest", models.PROTECT, related_name="+", editable=False
    )

    scope = Scope(entity="method__legal_entity_id")

    class Meta:
        verbose_name = _("terms of a payment method")
        verbose_name_plural = _("terms of payment methods")
        indexes = [
            models.Index(fields=["method", "direction", "country", "-id"], name="accounts_terms")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=[Direction.IN.value, Direction.OUT.value])
                & Q(country__regex=r"^([A-Z]{2})?$")
                & ~Q(set_by=""),
                name="accounts_terms_words",
            ),
            models.CheckConstraint(
                condition=Q(
                    fee_percent__gte=0,
                    fee_percent__lt=100,
                    fee_fixed__gte=0,
                    provider_percent__gte=0,
                    provider_percent__lt=100,
                    provider_fixed__gte=0,
                    decide_hours__gt=0,
                    pay_hours__gt=0,
                ),
                name="accounts_terms_sane",
            ),
        ]

    def __str__(self) -> str:
        """Return way and country."""
        return f"{self.direction} {self.country}".strip()
