"""A client's figures, added up over all trading accounts; kept, so that lists never scan."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check


class ClientFigures(models.Model):
    """One row a client, made with it by a trigger, written in bulk by `crm.actions.figures`."""

    client = models.OneToOneField(
        "crm.Client",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="figures",
        verbose_name=_("client"),
    )
    currency = CurrencyField(_("currency"))
    equity = AmountField(_("equity"), default=Decimal(0))
    balance = AmountField(_("balance"), default=Decimal(0))
    net_deposits = AmountField(_("net deposits"), default=Decimal(0))
    accounts_count = models.PositiveIntegerField(_("accounts"), default=0)
    open_lots_hundredths = models.BigIntegerField(_("open volume"), default=0)
    figures_at = models.DateTimeField(_("as of"), null=True, blank=True)

    class Meta:
        verbose_name = _("client's figures")
        verbose_name_plural = _("clients' figures")
        indexes = [
            models.Index(F("equity").desc(), F("client").desc(), name="crm_figures_by_equity"),
            models.Index(F("balance").desc(), F("client").desc(), name="crm_figures_by_balance"),
            models.Index(
                F("net_deposits").desc(), F("client").desc(), name="crm_figures_by_net_deposits"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(open_lots_hundredths__gte=0), name="crm_figures_volume"
            ),
            *(
                amount_digits_check(
                    f"crm_figures_{amount}_digits", amount=amount, currency="currency"
                )
                for amount in ("equity", "balance", "net_deposits")
            ),
        ]
