"""Payments as machines read them and ask for them."""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.calc.client_words import DEPOSIT_READS, withdrawal_reads
from accounts.queries.ways.telling import handed_for
from accounts.states import STATED_LABELS, WITHDRAWAL_LABELS
from accounts.terms import DEPOSIT_LABELS, TRANSFER_LABELS, Deposit
from backoffice.core.money import rounded
from backoffice.ui.rest.fields import (
    MomentField,
    MoneyField,
    NumberField,
    PriceField,
    Shown,
    Taken,
    TextField,
)

AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,4})?")


class PaymentShown(Shown):
    """A withdrawal; `requisite` shows only its ends, `message` what the client may read."""

    id = NumberField()
    kind = TextField()
    state = TextField()
    stage = serializers.SerializerMethodField(help_text="The stage in the client's words")
    is_final = serializers.BooleanField(read_only=True)
    client = NumberField(source="client_id")
    account = NumberField(source="account_id")
    from_wallet = serializers.BooleanField(read_only=True)
    method = TextField(source="method.code")
    amount = MoneyField()
    own_fee = MoneyField()
    payout = MoneyField()
    currency = TextField()
    requisite = TextField(source="requisite_masked")
    requested_at = MomentField()
    due_at = MomentField()
    approved_at = MomentField(allow_null=True)
    debited_at = MomentField(allow_null=True)
    sent_at = MomentField(allow_null=True)
    closed_at = MomentField(allow_null=True)
    missing = TextField(source="missing_text")
    missing_items = serializers.ListField(source="missing", read_only=True)
    message = TextField(source="reject_public")

    def get_stage(self, payment: Any) -> str:
        """Return what the client reads of the state."""
        return _(withdrawal_reads(from_wallet=payment.from_wallet)[payment.state])


class DepositShown(Shown):
    """A deposit. `pay_url` is the provider's page while it can be paid there, `reference` what a
    wire has to name while it is awaited.
    """

    id = NumberField()
    state = TextField()
    stage = serializers.SerializerMethodField(help_text="The stage in the client's words")
    is_final = serializers.BooleanField(read_only=True)
    client = NumberField(source="client_id")
    account = NumberField(source="account_id")
    method = TextField(source="method.code")
    asked_amount = MoneyField()
    currency = TextField()
    received_amount = serializers.SerializerMethodField(help_text="In received_currency")
    received_currency = TextField()
    own_fee = serializers.SerializerMethodField(help_text="Of what came")
    credit_amount = MoneyField()
    pay_url = serializers.SerializerMethodField()
    bank = serializers.SerializerMethodField(help_text="Where a wire goes; null for other ways")
    handed = serializers.SerializerMethodField(
        help_text="Where to hand it over or send coins, with which reference; null for other ways"
    )
    started_at = MomentField()
    expires_at = MomentField()
    received_at = MomentField(allow_null=True)
    credited_at = MomentField(allow_null=True)
    closed_at = MomentField(allow_null=True)

    def get_stage(self, deposit: Any) -> str:
        """Return what the client reads of the state."""
        return _(DEPOSIT_READS[deposit.state])

    def get_received_amount(self, deposit: Any) -> str | None:
        """Return what came, with its own currency's digits."""
        if deposit.received_amount is None:
            return None
        return str(rounded(deposit.received_amount, deposit.received_currency))

    def get_own_fee(self, deposit: Any) -> str:
        """Return what we take of it."""
        return str(rounded(Decimal(deposit.own_fee), deposit.amount_currency))

    def get_pay_url(self, deposit: Any) -> str:
        """Return the provider's page, as long as it can be paid there."""
        return str(deposit.page_url) if deposit.state == Deposit.PENDING else ""

    def get_handed(self, deposit: Any) -> dict[str, str] | None:
        """Return what the client of money that people see is told."""
        told = handed_for(deposit)
        return None if told is None else {"instructions": told.words, "reference": told.reference}

    def get_bank(self, deposit: Any) -> dict[str, str] | None:
        """Return what the client of a wire that is awaited is told."""
        told = self.context["instructions"](deposit)
        if told is None:
            return None
        account = told.account
        return {
            "reference": told.reference, "holder": account.holder, "number": account.number,
            "bic": account.bic, "bank": account.name,
        }  # fmt: skip


class DepositsNarrowed(Taken):
    """What narrows the deposits."""

    client = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    account = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    state = serializers.ChoiceField(choices=list(DEPOSIT_LABELS), required=False)


class PaymentMethodShown(Shown):
    """A way for money to come or go, with what holds for this client in the direction asked for.

    Amounts are in the method's currency, null: no limit. `why_not` says in one sentence why it is
    not offered to them. The promise is in hours of business days, a stage each.
    """

    id = NumberField()
    code = TextField()
    name = TextField()
    kind = TextField()
    currency = TextField()
    direction = TextField()
    network = TextField()
    minimum = MoneyField()
    maximum = MoneyField()
    day_limit = MoneyField()
    month_limit = MoneyField()
    fee_percent = TextField()
    fee_fixed = MoneyField()
    decide_hours = NumberField()
    pay_hours = NumberField()
    is_offered = serializers.BooleanField(read_only=True)
    why_not = TextField()


class MethodsNarrowed(Taken):
    """Which way the money goes: `out` unless told otherwise."""

    direction = serializers.ChoiceField(choices=["in", "out"], required=False, default="out")


class PaymentMethodsShown(Shown):
    """What one client is offered."""

    items = PaymentMethodShown(many=True, read_only=True)


class PaymentsNarrowed(Taken):
    """What narrows the payments."""

    client = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    account = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    state = serializers.ChoiceField(choices=list(WITHDRAWAL_LABELS), required=False)


class AmountTaken(serializers.CharField):
    """An amount as text: a JSON number may have lost a digit on its way."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the amount; refuse a number, an exponent, a sign."""
        if not isinstance(data, str) or AMOUNT.fullmatch(data) is None or not Decimal(data):
            raise serializers.ValidationError(_("Send a positive amount as text, as in 100.00."))
        return Decimal(data)


class WithdrawalTaken(Taken):
    """What a client asks for. `amount` is text, in the account's currency."""

    account = serializers.IntegerField(min_value=1, max_value=2**62)
    amount = AmountTaken()
    method = serializers.IntegerField(min_value=1, max_value=2**62)
    requisite = serializers.CharField(max_length=120)
    holder = serializers.CharField(max_length=160)
    stated_reason = serializers.ChoiceField(choices=list(STATED_LABELS))
    stated_text = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True
    )
    from_wallet = serializers.BooleanField(required=False, default=False)


class DepositTaken(Taken):
    """What a client means to pay in. `amount` is text, in the account's currency."""

    account = serializers.IntegerField(min_value=1, max_value=2**62)
    amount = AmountTaken()
    method = serializers.IntegerField(min_value=1, max_value=2**62)


class CancellationTaken(Taken):
    """Why a withdrawal or a deposit is taken back."""

    reason = serializers.CharField(max_length=300)


class TargetMoneyField(MoneyField):
    """An amount of what reaches a transfer's target, in the target's currency."""

    def to_representation(self, value: Any) -> Any:
        """Return for example "99.50"; null before the rate is fixed."""
        amount = value.target_amount
        return None if amount is None else str(rounded(amount, value.target_currency))


class TransferShown(Shown):
    """A transfer; a side is an account's number or a wallet's currency. Nobody's name is in it."""

    id = NumberField()
    state = TextField()
    is_final = serializers.BooleanField(read_only=True)
    client = NumberField(source="client_id")
    from_account = NumberField(source="source_account_id", allow_null=True)
    from_wallet = TextField(source="source_wallet.currency", default=None)
    to_account = serializers.SerializerMethodField()
    to_wallet = TextField(source="target_wallet.currency", default=None)
    to_another = serializers.BooleanField(source="is_to_another", read_only=True)
    amount = MoneyField()
    currency = TextField()
    target_amount = TargetMoneyField()
    target_currency = TextField()
    rate = PriceField()
    requested_at = MomentField()
    debited_at = MomentField(allow_null=True)
    credited_at = MomentField(allow_null=True)
    closed_at = MomentField(allow_null=True)
    message = serializers.SerializerMethodField()

    def get_to_account(self, transfer: Any) -> int | None:
        """Return the target's number; of another client's account nothing is told."""
        return None if transfer.is_to_another else transfer.target_account_id

    def get_message(self, transfer: Any) -> str:
        """Return why it ended without arriving, as the client may read it."""
        return str(transfer.reject_reason or transfer.refused_because or transfer.cancel_reason)


class TransfersNarrowed(Taken):
    """What narrows the transfers."""

    client = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    account = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    state = serializers.ChoiceField(choices=list(TRANSFER_LABELS), required=False)


class TransferTaken(Taken):
    """What a client asks for. `amount` is text, in the source's currency.

    One of `from_account` and `from_wallet`; one of `to_account`, `to_wallet`, or `to_login` with
    `to_email` for another client. `seen_rate` is the rate that the client was shown.
    """

    from_account = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    from_wallet = serializers.RegexField(r"^[A-Z]{3,4}$", required=False)
    to_account = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    to_wallet = serializers.RegexField(r"^[A-Z]{3,4}$", required=False)
    to_login = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    to_email = serializers.EmailField(required=False, max_length=254)
    amount = AmountTaken()
    seen_rate = serializers.DecimalField(
        required=False, max_digits=20, decimal_places=10, min_value=Decimal(0)
    )

    def validate(self, attrs: Any) -> Any:
        """Refuse a side that is named twice, or not at all."""
        sources = {"from_account", "from_wallet"} & set(attrs)
        targets = {"to_account", "to_wallet", "to_login"} & set(attrs)
        if len(sources) != 1 or len(targets) != 1:
            raise serializers.ValidationError(
                {"amount": [_("Name one place that it comes from and one that it goes to.")]}
            )
        if ("to_login" in attrs) != ("to_email" in attrs):
            sentence = _("Another client needs both account number and e-mail address.")
            raise serializers.ValidationError({"to_email": [sentence]})
        return attrs


class WalletShown(Shown):
    """One wallet of a client: what is free in it."""

    currency = TextField()
    balance = MoneyField()


class WalletsShown(Shown):
    """A client's wallets."""

    items = WalletShown(many=True, read_only=True)


class RateShown(Shown):
    """At which rate money would be converted now, mark-up within, and by which quotes."""

    rate = PriceField()
    source = TextField()
    at = MomentField(allow_null=True)
    markup_percent = PriceField()
