"""A group of a MetaTrader server: what it gives the accounts in it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from trading.models.server import Server
from trading.terms import CommissionType, FreeMarginMode, GroupSpec


class Group(models.Model):
    """One group; the fields are those of `GroupSpec`, mirrored."""

    id = models.BigAutoField(primary_key=True)
    server = models.ForeignKey(Server, models.PROTECT, related_name="groups")
    name = models.CharField(_("name"), max_length=32)
    legal_entity = models.ForeignKey(
        "company.LegalEntity", models.PROTECT, null=True, blank=True, related_name="+"
    )
    company = models.CharField(_("company"), max_length=128, default="", blank=True)
    currency = models.CharField(_("currency"), max_length=12)
    cent_factor = models.PositiveIntegerField(_("cents in a unit"), default=1)
    default_leverage = models.PositiveIntegerField(default=100)
    margin_call_percent = models.DecimalField(max_digits=12, decimal_places=2)
    stop_out_percent = models.DecimalField(max_digits=12, decimal_places=2)
    free_margin_mode = models.PositiveSmallIntegerField(default=FreeMarginMode.USE_ALL)
    hedge_larger_leg = models.BooleanField(default=False)
    virtual_credit = models.DecimalField(max_digits=20, decimal_places=4, default=0)
    commission_type = models.PositiveSmallIntegerField(default=CommissionType.MONEY)
    commission = models.DecimalField(max_digits=20, decimal_places=8, default=0)
    commission_symbols = models.JSONField(default=list, blank=True)
    mirrored_at = models.DateTimeField()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint(fields=["server", "name"], name="trading_group_server_name"),
            models.CheckConstraint(
                condition=models.Q(cent_factor__gte=1), name="trading_group_cent_factor"
            ),
        ]

    def __str__(self) -> str:
        """Return the group's name."""
        return self.name

    def spec(self) -> GroupSpec:
        """Return the group as the frozen value that sums take."""
        return GroupSpec(
            name=self.name,
            company=self.company,
            currency=self.currency,
            default_leverage=self.default_leverage,
            margin_call_percent=self.margin_call_percent,
            stop_out_percent=self.stop_out_percent,
            free_margin_mode=FreeMarginMode(self.free_margin_mode),
            hedge_larger_leg=self.hedge_larger_leg,
            virtual_credit=self.virtual_credit,
            commission_type=CommissionType(self.commission_type),
            commission=self.commission,
            commission_symbols=tuple(self.commission_symbols),
            cent_factor=self.cent_factor,
        )
