"""What changed on a server and who did it; the alerts that follow; how far the journal is read."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope
from trading.models.account_order import AccountCommand
from trading.models.server import Server
from trading.models.trading_account import TradingAccount
from trading.states import ALERT_LABELS, CHANGE_LABELS, AlertState, Change


class ServerChange(models.Model):
    """One change of the mirror that a person must have made, or a deed that the journal tells.

    Rows are written by triggers on the mirror's own tables, in the transaction of the change; then
    they are judged: `OURS` by a command or operation of ours, else `FOREIGN`. `before` and `after`
    are JSON texts. `line_hash` names the journal's line that tells of it; `line_key` the same where
    the line is all that there is.
    """

    scope: ClassVar[Scope] = Scope(
        client="account__client_id",
        owner="account__client__owner_id",
        desk="account__client__desk_id",
        entity="account__client__legal_entity_id",
    )
    OURS, FOREIGN = "ours", "foreign"

    id = models.BigAutoField(primary_key=True)
    server = models.ForeignKey(Server, models.PROTECT, related_name="+")
    account = models.ForeignKey(TradingAccount, models.PROTECT, null=True, related_name="+")
    login = models.BigIntegerField()
    ticket = models.BigIntegerField(default=0, db_default=0)
    kind = models.CharField(max_length=16, choices=list(CHANGE_LABELS.items()))
    before = models.TextField(default="", db_default="", blank=True)
    after = models.TextField(default="", db_default="", blank=True)
    seen_at = models.DateTimeField()
    verdict = models.CharField(max_length=8, default="", db_default="", blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    command = models.OneToOneField(AccountCommand, models.PROTECT, null=True, related_name="+")
    manager_login = models.BigIntegerField(default=0, db_default=0)
    address = models.CharField(max_length=45, default="", db_default="", blank=True)
    line = models.CharField(max_length=511, default="", db_default="", blank=True)
    line_at = models.DateTimeField(null=True, blank=True)
    line_hash = models.UUIDField(null=True, editable=False)
    line_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("change on a server")
        verbose_name_plural = _("changes on servers")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Change])
                & Q(verdict__in=["", "ours", "foreign"]),
                name="trading_serverchange_words",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", judged_at__isnull=True)
                | (~Q(verdict="") & Q(judged_at__isnull=False)),
                name="trading_serverchange_judged",
            ),
        ]
        indexes = [
            models.Index(
                fields=["server", "id"], name="trading_change_open", condition=Q(verdict="")
            ),
            models.Index(
                fields=["-id"], name="trading_change_foreign", condition=Q(verdict="foreign")
            ),
            models.Index(fields=["account", "-id"], name="trading_change_account"),
            models.Index(
                fields=["line_hash"],
                name="trading_change_line",
                condition=Q(line_hash__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.login}"


class Alert(models.Model):
    """What a rule found on one account, until somebody says what it was; repeats count up.

    Until `snoozed_until` it stands in nobody's way, unless it happens again.
    """

    scope: ClassVar[Scope] = Scope(
        client="account__client_id",
        owner="account__client__owner_id",
        desk="account__client__desk_id",
        entity="account__client__legal_entity_id",
    )

    id = models.BigAutoField(primary_key=True)
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=8)
    server = models.ForeignKey(Server, models.PROTECT, related_name="+")
    account = models.ForeignKey(TradingAccount, models.PROTECT, null=True, related_name="+")
    login = models.BigIntegerField()
    change = models.ForeignKey(ServerChange, models.PROTECT, related_name="+")
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    latest_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=list(ALERT_LABELS.items()), default=AlertState.NEW
    )
    seen_by = models.CharField(max_length=64, default="", blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=64, default="", blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in AlertState])
                & Q(severity__in=["danger", "warn"]),
                name="trading_alert_words",
            ),
            models.CheckConstraint(
                condition=~Q(state=AlertState.CLOSED)
                | (~Q(reason="") & ~Q(closed_by="") & Q(closed_at__isnull=False)),
                name="trading_alert_closed",
            ),
            models.UniqueConstraint(
                fields=["rule", "server", "login"],
                condition=~Q(state=AlertState.CLOSED),
                name="trading_alert_open_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "-latest_at", "-id"], name="trading_alert_state")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ServerWatch(models.Model):
    """How far a server's journal is read, whose manager logins are ours, and its managers.

    `own_logins` are learned from lines that carry our markers, or that tell of our own commands.
    """

    scope: ClassVar[Scope] = Scope(shared=True)

    server = models.OneToOneField(Server, models.PROTECT, primary_key=True, related_name="+")
    journal_to = models.DateTimeField(null=True, blank=True)
    own_logins = ArrayField(models.BigIntegerField(), default=list, blank=True)
    trouble = models.CharField(max_length=300, default="", blank=True)
    managers = models.JSONField(default=list, blank=True)
    managers_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("watch over a server")
        verbose_name_plural = _("watches over servers")
