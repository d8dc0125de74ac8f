"""Gathers what the checks look at, and runs them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.calc import checks, closed_loop
from accounts.calc.checks import Answer, Facts, Figures, Loop, Moved
from accounts.calc.closed_loop import Line, Sourceless
from accounts.calc.picture import Picture
from accounts.models import Payment, splitting
from accounts.queries import books
from accounts.queries.books import Stand
from accounts.queries.past import BEFORE_DEBIT, CHECKS, LOOP, Past, past_of
from accounts.queries.ways import wallets
from accounts.states import UNDECIDED
from backoffice.core.money import rounded
from trading.queries import money
from trading.queries.money import AccountMoney, Standing

__all__ = ["BEFORE_DEBIT", "Asked", "Looked", "asked_by", "figures_of", "look", "picture_of"]
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for: of a payment that stands, or of one that is about to.

    `loop_reason`: why everything is to go where it is asked for, in spite of the closed loop.
    `agreed` are the lines of a split that was decided on, which do not change any more.
    """

    payment_id: int | None
    client_id: int
    account_id: int
    requisite_key: str
    amount: Decimal
    currency: str
    holder: str
    method_id: int | None = None
    loop_reason: str = ""
    from_wallet: bool = False
    agreed: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was gathered, and what the checks say about it. `may_go_elsewhere`: by the policy."""

    facts: Facts
    answers: tuple[Answer, ...]
    money: AccountMoney | None
    may_go_elsewhere: bool

    @property
    def lines(self) -> tuple[Line, ...]:
        """The closed-loop split."""
        return self.facts.loop.lines if self.facts.loop is not None else ()


def asked_by(payment: Payment) -> Asked:
    """Return what a payment asks for."""
    return Asked(
        payment_id=payment.pk,
        client_id=payment.client_id,
        account_id=payment.account_id,
        requisite_key=payment.requisite_key,
        amount=payment.amount,
        currency=payment.currency,
        holder=payment.holder,
        method_id=payment.method_id,
        loop_reason=payment.loop_reason,
        from_wallet=payment.from_wallet,
        agreed=() if payment.state in UNDECIDED else splitting.lines_of(payment.split),
    )


def look(asked: Asked, *, now: datetime, stand: Stand | None = None) -> Looked:
    """Gather the facts at this moment and run the checks on them.

    `stand` spares reading again what the caller has just read of books and MetaTrader.
    """
    market = stand.market if stand is not None else money.standing_of(asked.account_id)
    if stand is None and market is not None and not asked.from_wallet:
        stand = books.stand_of(asked.account_id, market)
    past = past_of(asked, now=now)
    rules = closed_loop.rules_of(past.policies.get(LOOP, {}))
    traded = None if market is None else market.traded
    figures, audit, moved = _standing(asked, market, stand, now)
    facts = Facts(
        amount=asked.amount,
        currency=asked.currency,
        now=now,
        figures=figures,
        audit=audit,
        others=past.others,
        requisite=past.requisite,
        trades=traded.trades if traded is not None else 0,
        volume_hundredths=traded.volume_hundredths if traded is not None else 0,
        holder=asked.holder,
        method_kind=past.method_kind,
        client=past.client,
        loop=_loop(asked, past, rules, market, now),
        pace=past.pace,
        moved=moved,
        card_paid_at=past.card_paid_at,
        disputed=past.disputed,
        charged_back=past.charged_back,
        limits=checks.limits_of(past.policies.get(CHECKS, {})),
    )
    return Looked(
        facts=facts,
        answers=checks.run(facts),
        money=None if market is None else market.money,
        may_go_elsewhere=rules.other_way is closed_loop.OtherWay.REASON,
    )


def figures_of(known: AccountMoney) -> Figures:
    """Return the account's figures as the checks take them."""
    return Figures(
        balance=known.balance,
        credit=known.credit,
        equity=known.equity,
        margin=known.margin,
        free_margin=known.free_margin,
        margin_call_percent=known.margin_call_percent,
        is_quiet=not known.has_positions,
        figures_at=known.figures_at,
    )


def _standing(
    asked: Asked, market: Standing | None, stand: Stand | None, now: datetime
) -> tuple[Figures | None, checks.Audit | None, Moved | None]:
    """Return the figures of what it is taken out of: MetaTrader's, or the wallet's."""
    if asked.from_wallet:
        purse = wallets.purse_of(asked.client_id, asked.currency, now=now)
        return purse.figures, purse.audit, purse.moved
    audit = None if stand is None else books.audit(stand)
    if market is None:
        return None, audit, None
    return figures_of(market.money), audit, _moved(market)


def picture_of(payment: Payment, answers: tuple[Answer, ...]) -> Picture:
    """Return what somebody decides on when they decide about this payment now."""
    payload = {
        "payment": payment.pk,
        "client": payment.client_id,
        "account": payment.account_id,
        "amount": rounded(payment.amount, payment.currency),
        "currency": payment.currency,
        "method": payment.method_id,
        "requisite": payment.requisite_key,
        "holder": payment.holder,
        "requested_by": payment.requested_by,
    }
    if payment.from_wallet:  # said only where it is so: older requests are bound to what they said
        payload["wallet"] = "yes"
    if payment.own_fee:
        payload["fee"] = rounded(payment.own_fee, payment.currency)
    return Picture(payload=payload, answers=answers)


def _loop(
    asked: Asked,
    past: Past,
    rules: closed_loop.Rules,
    market: Standing | None,
    now: datetime,
) -> Loop | None:
    """Return the split of what is asked for; of one that was decided on, what stands against it."""
    if market is None:
        return None
    if asked.agreed:
        over = closed_loop.above(asked.agreed, past.sources)
        return Loop(lines=asked.agreed, elsewhere=(), above=over, reason=asked.loop_reason)
    rest = _sourceless(past, market)
    lines = closed_loop.split(asked.amount, past.sources, rules, now=now, rest=rest)
    elsewhere = closed_loop.elsewhere(lines, asked.requisite_key)
    if asked.loop_reason:
        lines = closed_loop.by_another_way(lines, but=asked.requisite_key)
    return Loop(lines=lines, elsewhere=elsewhere, reason=asked.loop_reason)


def _sourceless(past: Past, market: Standing) -> Sourceless:
    """Return what came from no source that is known, and did not go yet."""
    foreign = (one.amount for one in market.mirror.records if one.is_foreign and not one.is_credit)
    gone = past.given.get
    return Sourceless(
        unknown=sum(foreign, NOTHING) - gone(closed_loop.UNKNOWN, NOTHING),
        converted=past.converted - gone(closed_loop.CONVERTED, NOTHING),
        received=past.received - gone(closed_loop.RECEIVED, NOTHING),
    )


def _moved(market: Standing) -> Moved:
    amounts = [one.amount for one in market.mirror.records if not one.is_credit]
    return Moved(
        came=sum((one for one in amounts if one > 0), NOTHING),
        went=-sum((one for one in amounts if one < 0), NOTHING),
    )
