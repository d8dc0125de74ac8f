"""Everything that somebody needs to decide about one payment, as it is now. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.calc import checks
from accounts.calc.checks import Answer, Figures, Margin
from accounts.calc.closed_loop import Line
from accounts.models import (
    ChainMove,
    Discrepancy,
    Handover,
    Payment,
    PaymentOperation,
    splitting,
)
from accounts.models.wording import worded
from accounts.permissions import APPROVE_WITHDRAWAL
from accounts.queries import books
from accounts.queries import checks as looking
from accounts.queries.acts import Act, Stand, acts_for
from accounts.queries.payments import QUEUE, get_payment_for, list_payments_for, view_of
from accounts.queries.transfers import moved
from accounts.queries.ways import moves
from accounts.states import CHECK_LABELS, MISSING_LABELS, UNDECIDED, Leg, Verdict
from backoffice.approvals.queries import requests, seats
from backoffice.approvals.queries.seats import SeatLine
from backoffice.core import records
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.identity.queries import people
from trading.queries import operations, settlements
from trading.queries.money import AccountMoney, Moved
from trading.queries.operations import OVER, OperationView
from trading.queries.settlements import AttemptView, SettlementView
from trading.states import Operation, Settling

LOG = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check as the page shows it, and what it is bound to."""

    number: int
    label: str
    verdict: Verdict
    sentence: str
    figures_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLine:
    """One leg's operation in MetaTrader."""

    leg: Leg
    operation: OperationView


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What people have to settle: the operation, its attempts, what was proposed so far."""

    operation: OperationView
    attempts: tuple[AttemptView, ...]
    proposals: tuple[SettlementView, ...]

    @property
    def standing(self) -> SettlementView | None:
        """The proposal that waits for a second person."""
        return next((one for one in self.proposals if one.state is Settling.PROPOSED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event about the payment."""

    number: int
    at: datetime
    who: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPage:
    """The page: the payment, the verdict line, checks, margin, client, seats, legs, log, buttons.

    What leaves a wallet does nothing to the margin, and waits beside other requests of the wallet.
    `split` is where the money goes by the closed loop: as it stands, or as it was decided.
    `fingerprint` goes into the form and comes back with the decision. After the decision was made
    the checks are those that were kept with it (`is_frozen`).
    """

    payment: Payment
    verdict: Verdict
    verdict_line: str
    checks: tuple[CheckLine, ...]
    is_frozen: bool
    fingerprint: str
    money: AccountMoney | None
    margin: Margin | None
    split: tuple[Line, ...]
    client: tuple[Moved, ...]
    others: tuple[Payment, ...]
    seats: tuple[SeatLine, ...]
    legs: tuple[LegLine, ...]
    by_hand: ByHand | None
    missing: tuple[str, ...]
    denied: tuple[Discrepancy, ...]
    log: tuple[LogLine, ...]
    acts: dict[str, Act]
    names: dict[str, str]
    chain: ChainMove | None
    handover: Handover | None


def get_approval_page_for(
    user: Any, pk: int, *, origin: Origin = NOWHERE, now: datetime
) -> ApprovalPage:
    """Return the page of one payment in reach; Http404 for any other."""
    payment = get_payment_for(user, pk)
    looked = looking.look(looking.asked_by(payment), now=now)
    is_frozen = payment.state not in UNDECIDED
    answers = looked.answers
    log = records.for_subject("payment", payment.pk, limit=LOG)
    legs = _legs(payment)
    by_hand = _by_hand(legs)
    objection = ""
    if not is_frozen and user.may(APPROVE_WITHDRAWAL):
        objection = requests.objection_to(payment.approval_id, user, origin=origin, now=now)
    people_in_it = [view.actor for view in log] + _hands(payment) + _settlers(by_hand)
    names = _names(people_in_it)
    shown = _kept_lines(payment) if is_frozen else tuple(_line(answer) for answer in answers)
    return ApprovalPage(
        payment=payment,
        verdict=_worst(shown),
        verdict_line=_verdict_line(shown),
        checks=shown,
        is_frozen=is_frozen,
        fingerprint=looking.picture_of(payment, answers).fingerprint,
        money=looked.money,
        margin=_margin(payment, looked.facts.figures),
        split=splitting.lines_of(payment.split) if is_frozen else looked.lines,
        client=tuple(moved.moved_of(payment.client_id)),
        others=_others(user, payment),
        seats=_seats(payment),
        legs=legs,
        by_hand=by_hand,
        denied=tuple(books.denied_of(payment.pk)) if payment.is_final else (),
        missing=tuple(_(MISSING_LABELS[one]) for one in payment.missing),
        log=tuple(
            LogLine(
                number=view.number,
                at=view.at,
                who=_name(view.actor, names),
                sentence=view.told_by(_name(view.actor, names)),
            )
            for view in log
        ),
        acts=acts_for(user, payment, answers, _stand(legs, by_hand, objection)),
        names={str(actor): _name(actor, names) for actor in people_in_it},
        chain=moves.chain_of_payment(payment.pk) if payment.method.is_crypto else None,
        handover=moves.handover_of_payment(payment.pk) if payment.method.is_handed else None,
    )


def get_fingerprint_for(user: Any, pk: int, *, now: datetime) -> str:
    """Return the fingerprint as it would be now: a page that polls it knows when it is stale."""
    payment = get_payment_for(user, pk)
    answers = looking.look(looking.asked_by(payment), now=now).answers
    return looking.picture_of(payment, answers).fingerprint


def neighbours_for(
    user: Any, payment: Payment, *, view: str, now: datetime
) -> tuple[int | None, int | None, int, int]:
    """Return the payments before and after in a tab, the place in it (from 1), and how many."""
    rows = list_payments_for(user).filter(view_of(user, view, now=now))
    keys = list(rows.order_by(*QUEUE).values_list("id", flat=True)[:1000])
    if payment.pk not in keys:
        return (None, keys[0] if keys else None, 0, len(keys))
    place = keys.index(payment.pk)
    before = keys[place - 1] if place else None
    after = keys[place + 1] if place + 1 < len(keys) else None
    return (before, after, place + 1, len(keys))


def _line(answer: Answer) -> CheckLine:
    return CheckLine(
        number=answer.number,
        label=_(CHECK_LABELS[answer.number]),
        verdict=answer.verdict,
        sentence=_sentence(answer),
        figures_at=answer.figures_at,
    )


def _sentence(answer: Answer) -> str:
    return worded(answer.sentence, answer.facts)


def _kept_lines(payment: Payment) -> tuple[CheckLine, ...]:
    return tuple(
        CheckLine(
            number=row.number,
            label=row.label,
            verdict=Verdict(row.verdict),
            sentence=row.told,
            figures_at=row.figures_at,
        )
        for row in payment.checks.filter(run=payment.latest_run).order_by("number")
    )


def _worst(lines: tuple[CheckLine, ...]) -> Verdict:
    order = checks.WORST_FIRST
    return min((line.verdict for line in lines), key=order.index, default=Verdict.UNKNOWN)


def _verdict_line(lines: tuple[CheckLine, ...]) -> str:
    """Return the line on top: how many are green, and what is not, in words."""
    green = sum(1 for line in lines if line.verdict is Verdict.GREEN)
    said = [ngettext("%(count)s green", "%(count)s green", green) % {"count": green}]
    for verdict in (Verdict.RED, Verdict.UNKNOWN, Verdict.AMBER):
        found = [line for line in lines if line.verdict is verdict]
        if found:
            words = " · ".join(f"{line.label}: {line.sentence}" for line in found)
            said.append(f"{len(found)} {_(verdict)}: {words}")
    return ", ".join(said)


def _others(user: Any, payment: Payment) -> tuple[Payment, ...]:
    place: dict[str, Any] = {"account_id": payment.account_id}
    if payment.from_wallet:
        place = {"client_id": payment.client_id, "currency": payment.currency}
    rows = list_payments_for(user).filter(
        from_wallet=payment.from_wallet, state__in=looking.BEFORE_DEBIT, **place
    )
    return tuple(rows.exclude(pk=payment.pk))


def _margin(payment: Payment, figures: Figures | None) -> Margin | None:
    if figures is None or payment.from_wallet:
        return None
    return checks.margin_after(figures, payment.amount)


def _seats(payment: Payment) -> tuple[SeatLine, ...]:
    return seats.lines_of(requests.history_of("payment", payment.pk))


def _legs(payment: Payment) -> tuple[LegLine, ...]:
    links = list(PaymentOperation.objects.filter(payment=payment).order_by("id"))
    found = operations.operations_of(link.key for link in links)
    return tuple(
        LegLine(leg=Leg(link.leg), operation=found[link.key]) for link in links if link.key in found
    )


def _by_hand(legs: tuple[LegLine, ...]) -> ByHand | None:
    """Return what people have to settle, or did: the newest that machines left to them."""
    for line in reversed(legs):
        operation = line.operation
        proposals = settlements.settlements_of(operation.operation_id) if operation.attempts else ()
        if operation.state is Operation.MANUAL or proposals:
            attempts = settlements.attempts_of(operation.operation_id)
            return ByHand(operation=operation, attempts=attempts, proposals=proposals)
    return None


def _stand(legs: tuple[LegLine, ...], by_hand: ByHand | None, objection: str) -> Stand:
    returns = [line.operation for line in legs if line.leg is Leg.RETURN]
    return Stand(
        is_manual=by_hand is not None and by_hand.operation.state is Operation.MANUAL,
        proposal=by_hand.standing if by_hand is not None else None,
        return_is_over=bool(returns) and returns[-1].state in OVER,
        objection=objection,
    )


def _settlers(by_hand: ByHand | None) -> list[Actor]:
    if by_hand is None:
        return []
    hands = [hand for one in by_hand.proposals for hand in (one.proposed_by, one.decided_by)]
    return [Actor.parse(hand) for hand in hands if hand]


def _hands(payment: Payment) -> list[Actor]:
    hands = (
        payment.requested_by,
        payment.approved_by,
        payment.rejected_by,
        payment.cancelled_by,
        payment.sent_by,
        payment.confirmed_by,
        payment.return_asked_by,
        payment.returned_by,
        payment.asked_client_by,
    )
    return [Actor.parse(hand) for hand in hands if hand]


def _names(actors: list[Actor]) -> dict[int, str]:
    return people.names_of({int(one.key) for one in actors if one.kind != "system"})


def _name(actor: Actor, names: dict[int, str]) -> str:
    if actor.kind == "system":
        return _("The system (%(part)s)") % {"part": actor.key}
    return names.get(int(actor.key), str(actor))
