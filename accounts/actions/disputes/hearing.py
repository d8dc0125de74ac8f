"""What a provider says of a dispute, taken at its word: once, however often it comes.

A part of the transaction that judges the callback. What cannot be is contradicted, for a person.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.disputes import answering, opening
from accounts.actions.disputes.opening import Claim
from accounts.models import Deposit, Dispute
from accounts.providers.port import Notice, Told
from accounts.terms import Outcome
from accounts.terms.disputes import DISPUTE_FINAL
from accounts.terms.disputes import Dispute as State
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected


def take_dispute(
    deposit: Deposit, notice: Notice, *, actor: Actor, now: datetime
) -> tuple[Outcome, str]:
    """Open the case, or end it as the provider says; return what it came to, in words too."""
    known = Dispute.objects.filter(
        provider=deposit.method.provider, reference=notice.reference
    ).first()
    try:
        if notice.told is Told.DISPUTED:
            return _opened(deposit, notice, known, actor, now)
        return _decided(notice, known, actor, now)
    except (Rejected, Conflict) as no:
        return Outcome.CONTRADICTS, str(no)


def _opened(
    deposit: Deposit, notice: Notice, known: Dispute | None, actor: Actor, now: datetime
) -> tuple[Outcome, str]:
    if known is not None and (known.deposit_id, known.amount) == (deposit.pk, notice.amount):
        return Outcome.REPEATED, str(known)
    if notice.currency != deposit.currency:
        return Outcome.CONTRADICTS, _("another currency is called back than came in")
    claim = Claim(
        deposit_id=deposit.pk,
        amount=notice.amount,
        reason_code=notice.reason_code,
        answer_by=notice.answer_by or opening.answer_until(now, deposit),
        reference=notice.reference,
    )
    return Outcome.APPLIED, str(opening.open_dispute(claim=claim, actor=actor, now=now))


def _decided(
    notice: Notice, known: Dispute | None, actor: Actor, now: datetime
) -> tuple[Outcome, str]:
    if known is None:
        return Outcome.CONTRADICTS, _("a dispute is decided that nobody told us of")
    is_won = notice.told is Told.DISPUTE_WON
    if known.state in DISPUTE_FINAL:
        is_same = (known.state == State.WON) == is_won
        return Outcome.REPEATED if is_same else Outcome.CONTRADICTS, str(known)
    if known.state == State.OPENED and is_won:
        return Outcome.CONTRADICTS, _("%(case)s is won, and nothing was answered") % {"case": known}
    told: dict[str, Any] = {"dispute_id": known.pk, "actor": actor, "now": now}
    words = notice.words or _("The provider decided")
    if is_won:
        answering.win_dispute(reason=words, **told)
    elif known.state == State.OPENED:  # it was not answered in time
        answering.accept_dispute(reason=words, **told)
    else:
        answering.lose_dispute(reason=words, **told)
    return Outcome.APPLIED, str(known)
