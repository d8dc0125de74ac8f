"""A withdrawal until somebody decides: asked for, approved by another, rejected, taken back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import approving, chart, results, steps
from accounts.actions.ways import from_wallet, limits, promise
from accounts.actions.ways.refusals import (
    BadRequest as BadRequest,
)
from accounts.actions.ways.refusals import (
    ChangedMeanwhile as ChangedMeanwhile,
)
from accounts.actions.ways.refusals import (
    CheckForbids as CheckForbids,
)
from accounts.actions.ways.refusals import (
    FiguresUnknown as FiguresUnknown,
)
from accounts.actions.ways.refusals import (
    NotEnough as NotEnough,
)
from accounts.actions.ways.refusals import (
    OtherWayRefused as OtherWayRefused,
)
from accounts.calc import checks, requisites
from accounts.calc.chains import address_flaw
from accounts.calc.checks import Answer
from accounts.events import (
    WithdrawalApproved,
    WithdrawalCancelled,
    WithdrawalRejected,
    WithdrawalRequested,
)
from accounts.ledger import book
from accounts.models import LedgerAccount, Payment, PaymentMethod, splitting, wording
from accounts.permissions import APPROVE_RED, REQUEST_WITHDRAWAL
from accounts.queries import checks as looking
from accounts.queries.checks import Asked
from accounts.states import Direction, LedgerKind, Occasion, RejectReason, StatedReason
from backoffice.core import access, compiled
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.compiled import Question
from backoffice.core.errors import Conflict
from backoffice.core.money import is_exact
from backoffice.identity.queries import people
from crm.queries import known
from crm.states import ClientStatus
from trading.queries import money
from trading.queries.money import AccountMoney

#: What an approval changes on the payment's own row.
APPROVED = (
    "state", "approved_by", "approved_at", "next_try_at", "latest_run", "due_at", "waiting_since",
    "split", "next_notice_at",
)  # fmt: skip
BY_KEY = Question(lambda key: Payment.objects.filter(key=key), UUID)
METHOD = Question(
    lambda number, entity, currency: PaymentMethod.objects.filter(
        pk=number,
        legal_entity_id=entity,
        currency=currency,
        is_active=True,
        direction__in=(Direction.OUT, Direction.BOTH),
    ),
    int,
    int,
    str,
)
NUMBER = "SELECT nextval(pg_get_serial_sequence('accounts_payment', 'id'))"
NOT_SERVED = (ClientStatus.LEAD, ClientStatus.BLOCKED, ClientStatus.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for. `key` comes with the form: sent twice, it asks once.

    What is owed to the sources of earlier deposits goes back to them, the rest to the requisite;
    `loop_reason` says why all of it has to go to the requisite.
    """

    key: UUID
    account_id: int
    amount: Decimal
    method_id: int
    requisite: str
    holder: str
    stated_reason: StatedReason
    stated_text: str = ""
    note: str = ""
    loop_reason: str = ""
    from_wallet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Staff's no: a reason from the list, what the client reads, what stays in the house."""

    reason: RejectReason
    public: str
    note: str = ""


@transaction.atomic
def request_withdrawal(
    *, request: Request, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> Payment:
    """Ask for a withdrawal for a client; the amount is on hold in the books from now on.

    Raises NotEnough with the numbers, FiguresUnknown, BadRequest, NotAllowed; Later when the
    account is busy. The same key asks once; with other content it is a Conflict.
    """
    chart.lock_money(request.account_id)
    known_one = BY_KEY.first(request.key)
    if known_one is not None:
        return _same(known_one, request)
    market = money.standing_of(request.account_id)
    account, client, method = _parties(request, market.money if market else None, actor)
    terms = limits.allowed(method, client, request.amount, Direction.OUT, now=now)
    if terms.why_not:
        raise BadRequest(terms.why_not)
    stand = None
    if request.from_wallet:
        from_wallet.lock(client.legal_entity_id, client.pk, account.currency, now)
    else:
        stand = results.caught_up(
            account_id=request.account_id, market=market, actor=actor, now=now
        )
    asked = Asked(
        payment_id=None,
        client_id=client.pk,
        account_id=request.account_id,
        requisite_key=requisites.key_of(request.requisite),
        amount=request.amount,
        currency=account.currency,
        holder=request.holder.strip(),
        method_id=request.method_id,
        loop_reason=request.loop_reason.strip()[:300],
        from_wallet=request.from_wallet,
    )
    looked = looking.look(asked, now=now, stand=stand)
    _require_free(looked)
    _require_lawful_way(asked, looked)
    payment = _new_payment(request, asked, client, actor, now)
    promise.begin(payment, terms.terms, client.legal_entity.timezone)
    payment.own_fee = terms.fee
    payment.split = splitting.kept(looked.lines, payment.currency)
    funds = None if stand is None else stand.books.funds
    payment.reservation = _hold(payment, funds, actor, now)
    steps.count_checks(payment)
    approving.ask(payment, looked.answers, origin=origin, now=now)
    compiled.add(payment)
    steps.keep_checks(payment, Occasion.REQUEST, looked.answers, now)
    event = WithdrawalRequested(**steps.money_of(payment), account_id=payment.account_id)
    steps.emit(payment, event, actor=actor, now=now)
    return payment


@transaction.atomic
def approve_withdrawal(
    *,
    payment_id: int,
    fingerprint: str,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> Payment:
    """Allow a withdrawal that somebody else asked for, as the page showed it.

    `fingerprint` is that of the picture on the page. Raises SamePerson, NotAllowed, NotPossible,
    CheckForbids, ChangedMeanwhile with what changed. Where the policy asks for several, it stays
    REQUESTED until the last of them; then execution follows by itself.
    """
    payment = steps.locked(payment_id)
    approved = steps.require_verb(payment, "approve")
    steps.require_another(actor, payment.requested_by)
    chart.lock_money(payment.account_id)
    stand = from_wallet.stand_of(payment, actor=actor, now=now)
    # Two withdrawals of one client may not give the same source what it is owed once.
    chart.lock_sources(payment.client_id)
    looked = looking.look(looking.asked_by(payment), now=now, stand=stand)
    answers = looked.answers
    picture = looking.picture_of(payment, answers)
    _require_same(picture.changes(fingerprint), answers)
    _require_checks(payment, answers, actor)
    book.require_hold(reservation=payment.reservation)

    steps.count_checks(payment)
    steps.keep_checks(payment, Occasion.APPROVAL, answers, now)
    if not approving.agree(payment, picture, actor=actor, origin=origin, now=now):
        compiled.change(payment, "latest_run")
        return payment
    payment.state = approved
    payment.split = splitting.kept(looked.lines, payment.currency)
    steps.stop_waiting(payment, now)
    payment.approved_by, payment.approved_at = str(actor), now
    payment.next_try_at = now
    compiled.change(payment, *APPROVED)
    event = WithdrawalApproved(
        **steps.money_of(payment), seat="back_office", fingerprint=picture.fingerprint
    )
    steps.emit(payment, event, actor=actor, now=now)
    return payment


@transaction.atomic
def reject_withdrawal(
    *,
    payment_id: int,
    rejection: Rejection,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> Payment:
    """Say no to a withdrawal that somebody else asked for; the hold is released."""
    public = steps.require_reason(rejection.public)
    payment = steps.locked(payment_id)
    steps.move(payment, "reject")
    steps.require_another(actor, payment.requested_by)
    steps.give_up_debit(payment, "rejected", actor=actor, now=now)
    approving.refuse(payment, public, actor=actor, origin=origin, now=now)
    steps.stop_waiting(payment, now)
    payment.rejected_by, payment.closed_at = str(actor), now
    payment.reject_reason = rejection.reason
    payment.reject_public, payment.reject_note = public, rejection.note.strip()[:300]
    payment.next_try_at = None
    steps.release(payment, actor=actor, now=now)
    payment.save()
    event = WithdrawalRejected(**steps.money_of(payment), code=str(rejection.reason), reason=public)
    steps.emit(payment, event, actor=actor, now=now)
    return payment


@transaction.atomic
def cancel_withdrawal(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> Payment:
    """Take a withdrawal back for the client and release the hold. BeingSent when it is too late."""
    words = steps.require_reason(reason)
    payment = steps.locked(payment_id)
    steps.move(payment, "cancel")
    steps.require_right(actor, REQUEST_WITHDRAWAL, payment)
    steps.give_up_debit(payment, "cancelled", actor=actor, now=now)
    approving.withdraw(payment, words, actor=actor, now=now)
    steps.stop_waiting(payment, now)
    payment.cancelled_by, payment.cancel_reason = str(actor), words
    payment.closed_at, payment.next_try_at = now, None
    steps.release(payment, actor=actor, now=now)
    payment.save()
    event = WithdrawalCancelled(**steps.money_of(payment), reason=words)
    steps.emit(payment, event, actor=actor, now=now)
    return payment


def _same(payment: Payment, request: Request) -> Payment:
    said = (payment.account_id, payment.amount, payment.method_id, payment.requisite)
    asked = (request.account_id, request.amount, request.method_id, request.requisite.strip())
    extra = (payment.loop_reason, payment.from_wallet)
    if (*said, *extra) != (*asked, request.loop_reason.strip()[:300], request.from_wallet):
        raise Conflict(_("This form was used for another request."))
    return payment


def _parties(
    request: Request, account: AccountMoney | None, actor: Actor
) -> tuple[AccountMoney, Any, PaymentMethod]:
    """Return account, client and method; raise when what is asked does not fit them."""
    client = known.get_client(account.client_id) if account and account.client_id else None
    if account is None or client is None or not _may_ask(actor, client):
        raise steps.NotAllowed(_("You may not ask for a withdrawal from this account."))
    if client.status in NOT_SERVED or not (account.is_open or request.from_wallet):
        raise BadRequest(_("Nothing can be withdrawn for this client or from this account now."))
    if account.is_demo:
        raise BadRequest(wording.demo(account.login))
    if request.amount <= 0 or not is_exact(request.amount, account.currency):
        sentence = _("%(amount)s is no amount of %(currency)s.")
        raise BadRequest(sentence % {"amount": request.amount, "currency": account.currency})
    if not request.requisite.strip() or not request.holder.strip():
        raise BadRequest(_("Say where the money goes, and to whom."))
    method = METHOD.first(request.method_id, client.legal_entity_id, account.currency)
    if method is None:
        raise BadRequest(_("This method does not pay out of this account."))
    flaw = address_flaw(method.network, request.requisite.strip()) if method.is_crypto else ""
    if flaw:
        raise BadRequest(_(flaw))
    return account, client, method


def _may_ask(actor: Actor, client: Any) -> bool:
    if actor.kind == "system":
        return True
    user = people.find_acting(actor)
    return user is not None and access.reaches(client, user, REQUEST_WITHDRAWAL)


def _require_free(looked: looking.Looked) -> None:
    """Raise unless MetaTrader and our books both have the money, other requests counted in."""
    facts = looked.facts
    free = checks.free_funds(facts.figures) if facts.figures is not None else None
    if free is None:
        sentence = _("MetaTrader's figures of this account are not known now: try again shortly.")
        raise FiguresUnknown(sentence)
    spoken_for = sum((other.amount for other in facts.others), Decimal(0))
    available = Decimal(0)
    if facts.audit is not None:  # a transfer's hold is no withdrawal, and speaks for money too
        available, spoken_for = facts.audit.available, max(spoken_for, facts.audit.reserved)
    left = max(Decimal(0), min(free - spoken_for, available))
    if facts.amount > left:
        sentence = _("%(asked)s asked for, %(free)s can be withdrawn.")
        told = {
            "asked": wording.money(facts.amount, facts.currency),
            "free": wording.money(left, facts.currency),
        }
        raise NotEnough(sentence % told, asked=facts.amount, free=left)


def _require_lawful_way(asked: Asked, looked: looking.Looked) -> None:
    """Raise when everything is asked for at one place and the policy allows that to nobody."""
    loop = looked.facts.loop
    if not asked.loop_reason or looked.may_go_elsewhere or loop is None or not loop.elsewhere:
        return
    words = ", ".join(
        f"{one.label}: {wording.money(one.amount, asked.currency)}" for one in loop.elsewhere
    )
    sentence = _("This has to go back to where it came from, without exception: %(lines)s.")
    raise OtherWayRefused(sentence % {"lines": words})


def _new_payment(
    request: Request, asked: Asked, client: Any, actor: Actor, now: datetime
) -> Payment:
    return Payment(
        id=_next_number(),
        key=request.key,
        legal_entity=client.legal_entity,
        client=client,
        account_id=request.account_id,
        from_wallet=request.from_wallet,
        method_id=request.method_id,
        requisite=request.requisite.strip(),
        requisite_key=asked.requisite_key,
        holder=request.holder.strip(),
        amount=request.amount,
        currency=asked.currency,
        stated_reason=request.stated_reason,
        stated_text=request.stated_text.strip()[:300],
        note=request.note.strip()[:300],
        loop_reason=asked.loop_reason,
        requested_by=str(actor),
        requested_at=now,
    )


def _next_number() -> int:
    """Return the number of the next payment: the hold in the books names it before its row is."""
    ((number,),) = compiled.ask(NUMBER, [])
    return int(number)


def _hold(payment: Payment, funds: LedgerAccount | None, actor: Actor, now: datetime) -> Any:
    """Set it aside, in the account's books or (none) in the wallet; NotCovered by the books."""
    if funds is None:
        of = (payment.legal_entity_id, payment.client_id, payment.currency)
        funds = from_wallet.wallet(*of, now)
    payouts = chart.account_of(
        LedgerKind.PAYOUTS_DUE,
        legal_entity_id=funds.legal_entity_id,
        currency=payment.currency,
        now=now,
    )
    lines = [
        book.Line(account=funds, amount=payment.amount),
        book.Line(account=payouts, amount=-payment.amount),
    ]
    return book.reserve(act=steps.act_of(payment, "hold", actor, now), lines=lines)


def _require_same(changed: tuple[str, ...], answers: tuple[Answer, ...]) -> None:
    if not changed:
        return
    by_number = {str(answer.number): answer for answer in answers}
    itself = _("the request itself")
    words = tuple(
        steps.words_of(by_number[name]) if name in by_number else itself for name in changed
    )
    sentence = _("This changed meanwhile, look again: %(changes)s")
    raise ChangedMeanwhile(sentence % {"changes": "; ".join(words)}, words)


def _require_checks(payment: Payment, answers: tuple[Answer, ...], actor: Actor) -> None:
    stopped = checks.blocking(answers)
    overridden = checks.needs_override(answers)
    if not stopped and overridden and not steps.has_right(actor, APPROVE_RED, payment):
        stopped = overridden
    if stopped:
        raise CheckForbids("; ".join(steps.words_of(answer) for answer in stopped))
