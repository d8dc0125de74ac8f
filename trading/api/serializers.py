"""Accounts and what is on them, as machines read them. Volumes are hundredths of a lot."""

from typing import Any

from rest_framework import serializers

from backoffice.ui.rest.fields import (
    MomentField,
    MoneyField,
    NumberField,
    PriceField,
    Shown,
    Taken,
    TextField,
)


class FiguresShown(Shown):
    """Live figures of an account, true at `figures_at`; null where a quote is missing."""

    currency = TextField()
    balance = MoneyField()
    credit = MoneyField()
    floating = MoneyField()
    equity = MoneyField()
    margin = MoneyField()
    free_margin = MoneyField()
    level = PriceField(help_text="Margin level in percent; 0 where no margin is used")
    positions = NumberField()
    volume_hundredths = NumberField()
    needs = serializers.ListField(child=serializers.CharField(), read_only=True)
    figures_at = MomentField()


class AccountShown(Shown):
    """A trading account of MetaTrader."""

    id = NumberField()
    client = NumberField(source="client_id")
    server = TextField(source="server.code")
    login = NumberField()
    group = TextField(source="group.name")
    currency = TextField()
    leverage = NumberField()
    enabled = serializers.BooleanField(read_only=True)
    read_only = serializers.BooleanField(read_only=True)
    closed_on_server = serializers.BooleanField(read_only=True)
    balance = MoneyField()
    credit = MoneyField()
    registered_at = MomentField()
    mirrored_at = MomentField()
    figures = FiguresShown(read_only=True)


class AccountsShown(Shown):
    """The accounts of one client."""

    items = AccountShown(many=True, read_only=True)


class TicketShown(Shown):
    """What an open position and a closed trade have in common."""

    ticket = NumberField()
    side = serializers.SerializerMethodField()
    is_pending = serializers.BooleanField(read_only=True)
    symbol = TextField()
    volume_hundredths = NumberField()
    opened_at = MomentField()
    open_price = PriceField()
    stop_loss = PriceField()
    take_profit = PriceField()
    close_price = PriceField()
    currency = TextField()
    commission = MoneyField()
    swap = MoneyField()
    taxes = MoneyField()
    profit = MoneyField()
    comment = TextField()

    def get_side(self, ticket: Any) -> str:
        """Return buy or sell."""
        return str(ticket.side.name).lower()


class PositionShown(TicketShown):
    """An open position or a waiting order, at the price of `mirrored_at`."""

    mirrored_at = MomentField()


class PositionsShown(Shown):
    """Everything open on one account."""

    items = PositionShown(many=True, read_only=True)


class DealShown(TicketShown):
    """A closed trade."""

    closed_at = MomentField()


class BalanceRecordShown(Shown):
    """Money or credit that came to an account (positive) or left it."""

    ticket = NumberField()
    kind = serializers.SerializerMethodField()
    currency = TextField()
    amount = MoneyField()
    recorded_at = MomentField()
    comment = TextField()

    def get_kind(self, record: Any) -> str:
        """Return balance or credit."""
        return "credit" if record.cmd == 7 else "balance"


class StatementShown(Shown):
    """An account over a stretch of time: what it began and ended with, and what moved between."""

    account = NumberField(source="account_id")
    currency = TextField()
    since = MomentField()
    until = MomentField()
    opening_balance = MoneyField()
    deposits = MoneyField()
    withdrawals = MoneyField()
    profit = MoneyField()
    commission = MoneyField()
    swap = MoneyField()
    taxes = MoneyField()
    closing_balance = MoneyField()
    trades = NumberField()
    volume_hundredths = NumberField()


class AccountTypeShown(Shown):
    """A type of account on offer for a client."""

    id = NumberField()
    name = TextField()
    server = TextField(source="group.server.code")
    currency = TextField()
    is_swap_free = serializers.BooleanField(read_only=True)
    leverages = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    minimum_deposit = MoneyField()


class AccountTypesShown(Shown):
    """The catalogue for one client."""

    items = AccountTypeShown(many=True, read_only=True)


class CommandShown(Shown):
    """What became of a command about an account; passwords are shown once, in the first answer."""

    id = NumberField()
    verb = TextField()
    state = TextField()
    server = TextField(source="server.code")
    login = NumberField()
    account = NumberField(source="account_id", allow_null=True)
    client = NumberField(source="client_id", allow_null=True)
    answer = TextField()
    requested_at = MomentField()
    changed_at = MomentField()


class SecretsShown(Shown):
    """The passwords that are in force now; empty: this one was not changed."""

    main = TextField()
    investor = TextField()


class CarriedShown(CommandShown):
    """A command that was just carried out. `passwords` is null in every later answer."""

    passwords = SecretsShown(read_only=True, allow_null=True)


class OpeningTaken(Taken):
    """A type of the client's catalogue, and one of its leverages."""

    account_type = serializers.IntegerField(min_value=1, max_value=2**62)
    leverage = serializers.IntegerField(min_value=1, max_value=5000)
    reason = serializers.CharField(max_length=300)


class PasswordTaken(Taken):
    """Which password is made anew, and why."""

    investor = serializers.BooleanField(required=False, default=False)
    reason = serializers.CharField(max_length=300)
