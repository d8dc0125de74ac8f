"""A MetaTrader server, and how far our mirror of it has come."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope
from trading.states import SERVER_STATUS_LABELS, SOURCE_LABELS, ServerStatus, Source


class Server(models.Model):
    """One MetaTrader server. `timezone` is an IANA zone; `agent_url` is http(s)://host:port.

    `source` says where the mirror is read from. Read from a SQL replica, the server takes no
    command of ours, and it needs no agent. `writes_by_hand`: people book every money command there.
    """

    scope: ClassVar[Scope] = Scope(shared=True)
    KINDS: ClassVar = [("live", _("Live")), ("demo", _("Demo"))]

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS)
    legal_entity = models.ForeignKey(
        "company.LegalEntity", models.PROTECT, null=True, blank=True, related_name="+"
    )
    timezone = models.CharField(_("time zone"), max_length=64)
    source = models.CharField(
        _("read from"),
        max_length=8,
        choices=list(SOURCE_LABELS.items()),
        default=Source.AGENT,
        db_default=Source.AGENT.value,
    )
    agent_url = models.URLField(_("agent address"), max_length=200, default="", blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    writes_by_hand = models.BooleanField(
        _("we may not write balances there"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("MetaTrader server")
        verbose_name_plural = _("MetaTrader servers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["live", "demo"]), name="trading_server_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(source=Source.REPLICA)
                | (models.Q(source=Source.AGENT) & ~models.Q(agent_url="")),
                name="trading_server_source",
            ),
            # A deal's key is server_id * 2**32 + ticket: it has to stay inside a bigint.
            models.CheckConstraint(
                condition=models.Q(id__gt=0, id__lt=2**31), name="trading_server_id_range"
            ),
        ]

    def __str__(self) -> str:
        """Return the server's name, as people know it."""
        return self.name

    @property
    def is_by_hand(self) -> bool:
        """Whether a person books our money commands there, in the MT4 Manager."""
        return self.writes_by_hand or self.source == Source.REPLICA


class ServerState(models.Model):
    """Where the mirror of a server stands: its cursors, its freshness and its trouble.

    Stamps are whole seconds of the server's wall clock. A page cursor that is not empty belongs to
    a pass that was interrupted, and `*_pass_stamp` is the stamp that this pass began at. `*_held`
    are the rows of the mirror at the latest full comparison; `repaired` counts what comparisons
    found that neither stream nor cursor had told of.
    """

    server = models.OneToOneField(Server, models.CASCADE, primary_key=True, related_name="state")
    users_stamp = models.BigIntegerField(default=0)
    users_pass_stamp = models.BigIntegerField(default=0)
    users_page = models.CharField(max_length=64, default="", blank=True)
    trades_stamp = models.BigIntegerField(default=0)
    trades_pass_stamp = models.BigIntegerField(default=0)
    trades_page = models.CharField(max_length=64, default="", blank=True)
    synced_at = models.DateTimeField(null=True)
    last_full_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField(null=True)
    accounts_held = models.PositiveBigIntegerField(default=0, db_default=0)
    open_held = models.PositiveBigIntegerField(default=0, db_default=0)
    closed_held = models.PositiveBigIntegerField(default=0, db_default=0)
    money_held = models.PositiveBigIntegerField(default=0, db_default=0)
    repaired = models.PositiveBigIntegerField(default=0, db_default=0)
    repaired_at = models.DateTimeField(null=True)
    status = models.CharField(
        max_length=16, choices=list(SERVER_STATUS_LABELS.items()), default=ServerStatus.NEW
    )
    status_reason = models.CharField(max_length=300, default="", blank=True)
    status_since = models.DateTimeField(null=True)
    journal_id = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        verbose_name = _("state of a server")
        verbose_name_plural = _("states of servers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=[status.value for status in ServerStatus]),
                name="trading_serverstate_status",
            )
        ]
