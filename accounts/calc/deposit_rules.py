"""Which rule stops a deposit for a person, or parks it: policy, facts, reasons. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from accounts.terms import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An amount that holds in every currency, or a table by currency (`by`).

    A currency that the table leaves out is held to nothing: no rule is no freedom.
    """

    everywhere: Decimal = Decimal(0)
    by: Mapping[str, Decimal] = field(default_factory=dict)

    def of(self, currency: str) -> Decimal:
        """Return the amount in a currency."""
        return self.by.get(currency, Decimal(0)) if self.by else self.everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the policy `deposits` says, amounts in the currency of the deposit.

    `cap`: what a client without KYC may pay in, all deposits together. `parks`: above it nothing is
    charged; else it is charged and a person decides. `review_from`: from here a person decides.
    """

    cap: Limit = Limit(everywhere=Decimal(2000))
    parks: bool = True
    review_from: Limit = Limit(everywhere=Decimal(10_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of money that came in. `paid_in`: by this client before it, same currency."""

    asked: Decimal
    asked_currency: str
    received: Decimal
    currency: str
    credit: Decimal
    kyc_level: int
    paid_in: Decimal
    same_name: bool
    is_served: bool


def rules_of(value: Mapping[str, object]) -> Rules:
    """Return the rules that a policy states; what it leaves out, or says wrongly, is the default.

    A default is stricter than no rule, so a slip of the pen stops money and lets none through.
    """
    known = Rules()
    return Rules(
        cap=_limit(value.get("cap_without_kyc"), known.cap),
        parks=value.get("over_cap", "park") != "review",
        review_from=_limit(value.get("review_from"), known.review_from),
    )


def reasons(rules: Rules, facts: Facts) -> tuple[Review, ...]:
    """Return why a person has to look before this is credited, the gravest first; () for not."""
    same_currency = facts.currency == facts.asked_currency
    together, cap = facts.paid_in + facts.received, rules.cap.of(facts.currency)
    over_cap = facts.kyc_level == 0 and together > cap
    found = {
        Review.CURRENCY: not same_currency,
        Review.ACCOUNT: not facts.is_served,
        Review.FEE: same_currency and facts.credit <= 0,
        Review.AMOUNT: same_currency and facts.received != facts.asked,
        Review.NAME: not facts.same_name,
        Review.KYC_CAP: over_cap,
        Review.THRESHOLD: facts.received >= rules.review_from.of(facts.currency),
    }
    return tuple(code for code, is_so in found.items() if is_so)


def _limit(value: object, default: Limit) -> Limit:
    if isinstance(value, Mapping):
        return Limit(by={str(code): _amount(told, Decimal(0)) for code, told in value.items()})
    return Limit(everywhere=_amount(value, default.everywhere))


def _amount(value: object, default: Decimal) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return default
    return amount if amount.is_finite() and amount >= 0 else default
