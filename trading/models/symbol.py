"""A symbol of a MetaTrader server and its contract."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from trading.models.server import Server
from trading.terms import MarginMode, ProfitMode, SwapType, SymbolSpec


class Symbol(models.Model):
    """One symbol; the fields are those of `SymbolSpec`, mirrored."""

    id = models.BigAutoField(primary_key=True)
    server = models.ForeignKey(Server, models.PROTECT, related_name="symbols")
    name = models.CharField(_("name"), max_length=32)
    description = models.CharField(_("description"), max_length=128, default="", blank=True)
    security = models.CharField(_("security"), max_length=32, default="", blank=True)
    base_currency = models.CharField(max_length=12, default="", blank=True)
    profit_currency = models.CharField(max_length=12)
    margin_currency = models.CharField(max_length=12)
    digits = models.PositiveSmallIntegerField(_("digits"))
    contract_size = models.DecimalField(max_digits=24, decimal_places=8)
    profit_mode = models.PositiveSmallIntegerField(default=ProfitMode.FOREX)
    margin_mode = models.PositiveSmallIntegerField(default=MarginMode.FOREX)
    margin_initial = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    margin_hedged = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    margin_percentage = models.DecimalField(max_digits=24, decimal_places=8, default=100)
    tick_size = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    tick_price = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    swap_type = models.PositiveSmallIntegerField(default=SwapType.POINTS)
    swap_long = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    swap_short = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    swap_triple_weekday = models.SmallIntegerField(default=2)
    stops_level = models.IntegerField(default=0)
    trade_enabled = models.BooleanField(default=True)
    mirrored_at = models.DateTimeField()

    class Meta:
        verbose_name = _("symbol")
        verbose_name_plural = _("symbols")
        constraints = [
            models.UniqueConstraint(fields=["server", "name"], name="trading_symbol_server_name"),
            models.CheckConstraint(condition=models.Q(digits__lte=8), name="trading_symbol_digits"),
        ]

    def __str__(self) -> str:
        """Return the symbol's name."""
        return self.name

    def spec(self) -> SymbolSpec:
        """Return the symbol as the frozen value that sums take."""
        return SymbolSpec(
            name=self.name,
            description=self.description,
            security=self.security,
            base_currency=self.base_currency,
            profit_currency=self.profit_currency,
            margin_currency=self.margin_currency,
            digits=self.digits,
            contract_size=self.contract_size,
            profit_mode=ProfitMode(self.profit_mode),
            margin_mode=MarginMode(self.margin_mode),
            margin_initial=self.margin_initial,
            margin_hedged=self.margin_hedged,
            margin_percentage=self.margin_percentage,
            tick_size=self.tick_size,
            tick_price=self.tick_price,
            swap_type=SwapType(self.swap_type),
            swap_long=self.swap_long,
            swap_short=self.swap_short,
            swap_triple_weekday=self.swap_triple_weekday,
            stops_level=self.stops_level,
            trade_enabled=self.trade_enabled,
        )
