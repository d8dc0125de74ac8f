"""What the checks of a withdrawal look at, what separates their colours, and what each answers."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from accounts.calc.closed_loop import Line
from accounts.states import Verdict
from backoffice.core.money import rounded
from backoffice.core.words import noop

NOTHING = Decimal(0)
PERCENT = Decimal(100)
NO_FIGURES = noop("MetaTrader's figures of this account are not known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What separates green from amber and red: the policy `withdrawal-checks` of a legal entity.

    Hundredths of a lot; amounts in the currency of the withdrawal. `kyc_level`: below it nothing
    leaves (None: none is stated, so an unknown client is amber). `cool_off_hours` after a changed
    e-mail address or phone, `requisite_hours` after a requisite was named for the first time.
    `day_*` and `week_amount` bound what a client may take out (None: no limit). `taken_ratio`: how
    many times what came in may have gone out before somebody should look. `open_positions`: "allow"
    them, or make them "amber" or "red". `burn_credit`: a withdrawal ends what was given as credit.
    """

    fresh_seconds: int = 10
    blocked_seconds: int = 20
    quiet_fresh_seconds: int = 60
    quiet_blocked_seconds: int = 300
    few_volume_hundredths: int = 10
    kyc_level: int | None = None
    cool_off_hours: int = 48
    requisite_hours: int = 0
    chargeback_days: int = 365
    day_amount: Decimal | None = None
    week_amount: Decimal | None = None
    day_count: int | None = None
    taken_ratio: Decimal = Decimal(2)
    open_positions: str = "allow"
    burn_credit: bool = False
    risk_tags: frozenset[str] = frozenset({"risk", "fraud", "abuse", "chargeback"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The account in MetaTrader; None is not known. `figures_at`: when it was true at the latest.

    An account without open positions is quiet: no price moves its figures.
    """

    balance: Decimal
    credit: Decimal
    equity: Decimal | None
    margin: Decimal | None
    free_margin: Decimal | None
    margin_call_percent: Decimal
    is_quiet: bool
    figures_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the books expect MetaTrader's balance to be, what it is, and what is in flight.

    `available` is what the books' balance has beyond everything that is held (`reserved`).
    """

    expected: Decimal
    balance: Decimal
    in_flight: Decimal
    available: Decimal
    reserved: Decimal = NOTHING

    @property
    def gap(self) -> Decimal:
        """Return by how much MetaTrader has more than the books can explain."""
        return self.balance - self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another open request on the same account."""

    payment_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisiteUse:
    """How often the requisite was paid for this client, and how many others named it.

    `first_named_at`: when this client named it for the first time; None: with this request.
    `is_source`: money of this client's came from there.
    """

    paid: int
    other_clients: int
    first_named_at: datetime | None = None
    is_source: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The client: what is known of them, and with how many others they share what they should not.

    `contact_changed_at`: when e-mail address or phone last changed; None: never since they came.
    """

    name: str
    kyc_level: int
    tags: tuple[str, ...]
    contact_changed_at: datetime | None
    same_email: int
    same_phone: int
    same_card: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """The closed-loop split of this withdrawal, and what stands against it.

    `reason`: why everything is to be paid at the place that was asked for, in spite of it. `above`:
    lines that were agreed to and are more than their source is owed by now.
    """

    lines: tuple[Line, ...]
    elsewhere: tuple[Line, ...]
    above: tuple[Line, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What else the client asked for within a day and a week, and did not take back."""

    day_amount: Decimal
    day_count: int
    week_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What came to the account and what left it, as MetaTrader's records say; credit apart."""

    came: Decimal
    went: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the checks look at."""

    amount: Decimal
    currency: str
    now: datetime
    figures: Figures | None
    audit: Audit | None
    others: tuple[Other, ...]
    requisite: RequisiteUse
    trades: int
    volume_hundredths: int
    holder: str = ""
    method_kind: str = ""
    client: Person | None = None
    loop: Loop | None = None
    pace: Pace | None = None
    moved: Moved | None = None
    card_paid_at: datetime | None = None
    disputed: int = 0
    charged_back: int = 0
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one check says. `binding` are the facts that an approval is bound to, as text."""

    number: int
    verdict: Verdict
    sentence: str
    facts: dict[str, str]
    binding: tuple[str, ...] = ()
    figures_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What happens to the margin: a figure now, and after the withdrawal."""

    equity: tuple[Decimal, Decimal]
    margin: tuple[Decimal, Decimal]
    free_margin: tuple[Decimal, Decimal]
    level: tuple[Decimal | None, Decimal | None]


def answer(
    number: int,
    verdict: Verdict,
    sentence: str,
    facts: dict[str, str],
    *,
    binding: tuple[str, ...],
) -> Answer:
    """Return an answer with its own figures only."""
    return Answer(number=number, verdict=verdict, sentence=sentence, facts=facts, binding=binding)


def money(facts: Facts, amount: Decimal) -> str:
    """Return an amount as a fact keeps it: plain digits, then the code."""
    return f"{rounded(amount, facts.currency):f} {facts.currency}"
