"""What people type when they decide about a payment, and when they ask for one."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import MISSING_LABELS, REJECT_LABELS, STATED_LABELS
from accounts.terms.chains import SCREENING_LABELS
from trading.states import OUTCOME_LABELS

LONGEST = 300
LONGEST_PICTURE = 1000  # 24 characters a check, and some more to come


def line(label: Any, length: int = LONGEST, **extra: Any) -> forms.CharField:
    """Return a field of one line, under our own classes."""
    widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=length, widget=widget, **extra)


def count(label: Any) -> forms.IntegerField:
    """Return a field for a natural number that may be left out."""
    attrs = {"class": "input num", "inputmode": "numeric", "autocomplete": "off"}
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=10**6,
        widget=forms.TextInput(attrs=attrs),
    )


def choice(label: Any, choices: Any = ()) -> forms.ChoiceField:
    """Return a choice of one, translated when it is drawn."""
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.Select(attrs={"class": "select"})
    )


class DecisionForm(forms.Form):
    """A form of the decision bar. Several stand on one page: their fields' ids are apart."""

    verb: ClassVar[str]

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        apart = f"id_{self.verb}_%s"
        super().__init__(data, initial=initial, auto_id=apart, label_suffix="")

    def fit(self, method: Any) -> None:
        """Leave out what this way of paying does not ask for; most forms ask for the same."""


class ApproveForm(DecisionForm):
    """Yes, to exactly what the page showed."""

    verb = "approve"
    fingerprint = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Say in words what is wrong with a field that nobody sees."""
        seen = self.cleaned_data.get("fingerprint", "")
        if not 0 < len(seen) <= LONGEST_PICTURE:
            words = _("The form came without what the page showed: look again.")
            raise forms.ValidationError(words)
        return self.cleaned_data


class RejectForm(DecisionForm):
    """No, with the reason that the client reads and the one that stays in the house."""

    verb = "reject"
    reason = choice(
        gettext_lazy("Reason"), lambda: [(code, _(label)) for code, label in REJECT_LABELS.items()]
    )
    public = line(gettext_lazy("What the client reads"))
    note = line(gettext_lazy("Note for the house"), required=False)


class AskClientForm(DecisionForm):
    """What is missing from the client, and what they read beside the list."""

    verb = "ask_client"
    missing = forms.MultipleChoiceField(
        label=gettext_lazy("What is missing"),
        choices=lambda: [(code, _(label)) for code, label in MISSING_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    text = line(gettext_lazy("What the client reads"), required=False)


class SupplyForm(DecisionForm):
    """What was missing has come."""

    verb = "supply"
    text = line(gettext_lazy("What came, and how"))


class CancelForm(DecisionForm):
    """Taken back, and why."""

    verb = "cancel"
    reason = line(gettext_lazy("Why it is taken back"))


class SendForm(DecisionForm):
    """The wire was given to the bank, coins to the network, cash to the client."""

    verb = "send"
    bank_reference = line(gettext_lazy("The bank's reference"), 80, required=False)
    person = line(gettext_lazy("Who handed it out"), 120, required=False)
    place = line(gettext_lazy("Where"), 120, required=False)

    def fit(self, method: Any) -> None:
        """Ask for a receipt, a hash, or the bank's reference."""
        if method.is_handed:
            self.fields["bank_reference"].label = _("Number of the receipt")
            return
        del self.fields["person"], self.fields["place"]
        if method.is_crypto:
            self.fields["bank_reference"].label = _("Hash of the transaction")


class ConfirmForm(DecisionForm):
    """The money left; there is nothing to type, but for how deep coins lie by now."""

    verb = "confirm"
    confirmations = count(gettext_lazy("Confirmations by now"))

    def fit(self, method: Any) -> None:
        """Ask for confirmations of coins only."""
        if not method.is_crypto:
            del self.fields["confirmations"]


class ScreenForm(DecisionForm):
    """What a screening found."""

    verb = "screen"
    result = choice(
        gettext_lazy("What was found"),
        lambda: [(code, _(label)) for code, label in SCREENING_LABELS.items() if code != "unknown"],
    )
    case = line(gettext_lazy("Number of the search"), 64)


class AskReturnForm(DecisionForm):
    """Back to the trading account, and why; somebody else agrees."""

    verb = "ask_return"
    reason = line(gettext_lazy("Why it has to go back"))


class DropReturnForm(DecisionForm):
    """Not back after all, and why."""

    verb = "drop_return"
    reason = line(gettext_lazy("Why it stays"))


class ReturnForm(DecisionForm):
    """The second person agrees that it goes back; there is nothing to type."""

    verb = "return"


class RetryReturnForm(DecisionForm):
    """The return once more, and what is different now."""

    verb = "retry_return"
    reason = line(gettext_lazy("What is different now"))


class SettleForm(DecisionForm):
    """What became of the money in MetaTrader, and how one knows."""

    verb = "settle"
    outcome = choice(
        gettext_lazy("What happened"),
        lambda: [(code, _(label)) for code, label in OUTCOME_LABELS.items()],
    )
    ticket = forms.IntegerField(
        label=gettext_lazy("MetaTrader's ticket, if it moved"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.TextInput(
            attrs={"class": "input num", "inputmode": "numeric", "autocomplete": "off"}
        ),
    )
    reason = line(gettext_lazy("How do you know"))


class SettleConfirmForm(DecisionForm):
    """The second person found the same; there is nothing to type."""

    verb = "settle_confirm"


class SettleDeclineForm(DecisionForm):
    """The second person did not find the same."""

    verb = "settle_decline"
    reason = line(gettext_lazy("Why not"))


class WithdrawalForm(forms.Form):
    """What a client asks for. `key` makes the same form ask once, however often it is sent."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    account_id = choice(gettext_lazy("From account"))
    amount = forms.DecimalField(
        label=gettext_lazy("Amount, in the account's currency"),
        max_digits=16,
        decimal_places=4,
        widget=forms.TextInput(
            attrs={"class": "input num", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    method_id = choice(gettext_lazy("Method"))
    requisite = line(gettext_lazy("Where to: IBAN or account number"), 120)
    holder = line(gettext_lazy("Holder of that account"), 160)
    from_wallet = forms.BooleanField(
        label=gettext_lazy("Out of the wallet in this currency, not out of the account"),
        required=False,
    )
    stated_reason = choice(
        gettext_lazy("The client's reason"),
        lambda: [(code, _(label)) for code, label in STATED_LABELS.items()],
    )
    stated_text = line(gettext_lazy("In the client's words"), required=False)
    note = line(gettext_lazy("Note for whoever decides"), required=False)
    loop_reason = line(
        gettext_lazy("Why nothing may go back to earlier deposits' sources (empty: it does)"),
        required=False,
    )

    def __init__(self, data: Any, *, accounts: Any, methods: Any, holder: str) -> None:
        super().__init__(data, label_suffix="", initial={"holder": holder})
        self.fields["account_id"].choices = accounts  # type: ignore[attr-defined]
        self.fields["method_id"].choices = methods  # type: ignore[attr-defined]
