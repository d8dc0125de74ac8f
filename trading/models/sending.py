"""How our money commands are sent: a server's terms, the attempts, the proofs of absence."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trading.models.balance_operation import BalanceOperation
from trading.models.server import Server
from trading.states import Ending


class SendingTerms(models.Model):
    """How long things take on one server: measured on it, never guessed.

    Without this row no money is sent there. All four are milliseconds: how long an attempt may take
    to leave us; the longest way from our last byte to its effect; the bound on the difference of
    the clocks; the longest time until a new record shows up in a search.
    """

    server = models.OneToOneField(
        Server, models.PROTECT, primary_key=True, related_name="sending_terms"
    )
    deadline_ms = models.PositiveIntegerField(_("deadline of an attempt, ms"))
    transport_delay_ms = models.PositiveIntegerField(_("longest way to MetaTrader, ms"))
    clock_skew_ms = models.PositiveIntegerField(_("difference of the clocks, ms"))
    visibility_lag_ms = models.PositiveIntegerField(_("until a record is found, ms"))
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sending terms")
        verbose_name_plural = _("sending terms")
        constraints = [
            models.CheckConstraint(
                condition=Q(deadline_ms__gte=1000), name="trading_sendingterms_deadline"
            )
        ]

    def __str__(self) -> str:
        """Return the server's code."""
        return f"{self.server}"


class BalanceAttempt(models.Model):
    """One try to carry an operation into MetaTrader; it is on disk before the first byte leaves.

    `ending` stays empty while no answer is known. `journal_id` is the agent's when the attempt was
    begun: proof of absence needs the same journal.
    """

    ENDINGS: ClassVar = [(ending.value, ending.value) for ending in Ending]

    id = models.BigAutoField(primary_key=True)
    operation = models.ForeignKey(BalanceOperation, models.PROTECT, related_name="tries")
    number = models.PositiveIntegerField()
    deadline_at = models.DateTimeField()
    begun_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, choices=ENDINGS, default="", blank=True)
    code = models.IntegerField(null=True)
    words = models.CharField(max_length=300, default="", blank=True)
    closed_at = models.DateTimeField(null=True)
    first_looked_at = models.DateTimeField(null=True)
    journal_id = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "number"], name="trading_balanceattempt_once"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="trading_balanceattempt_number"
            ),
            models.CheckConstraint(
                condition=Q(ending="", answered_at__isnull=True)
                | Q(ending__in=[ending.value for ending in Ending], answered_at__isnull=False),
                name="trading_balanceattempt_answered",
            ),
        ]

    def __str__(self) -> str:
        """Return the number of the attempt."""
        return f"{self.operation} #{self.number}"


class AbsenceEvidence(models.Model):
    """The proof that an attempt never reached MetaTrader; the next attempt names it.

    `facts` holds what was asked and answered, when, over which connection and journal.
    """

    id = models.BigAutoField(primary_key=True)
    attempt = models.OneToOneField(BalanceAttempt, models.PROTECT, related_name="absence")
    proved_at = models.DateTimeField()
    facts = models.JSONField()

    class Meta:
        verbose_name = _("proof of absence")
        verbose_name_plural = _("proofs of absence")

    def __str__(self) -> str:
        """Return the number by which a command names it."""
        return f"absence-{self.pk}"
