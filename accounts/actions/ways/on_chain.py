"""What is seen of a deposit's transaction on its chain: how deep it lies, what its coins are.

It is credited at the confirmations that its method asks for and after a clean screening. Before the
first it waits; without the second a person looks, and PostgreSQL lets nothing past either.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actions.deposits import steps
from accounts.events import ChainSeen
from accounts.models import ChainMove, Deposit
from accounts.providers.port import Notice, OnChain
from accounts.terms import RECEIVED_ONCE, Review
from accounts.terms.chains import Screening
from backoffice.core.actors import Actor


def heard(deposit: Deposit, notice: Notice, *, actor: Actor, now: datetime) -> str:
    """Keep what a notice says of the chain; return why it is too early for the money, "" if not.

    Part of the caller's transaction, the deposit's row locked. Of another network than the method's
    nothing is kept: that is for a person, once the money is there.
    """
    seen = notice.chain
    if seen is None or not deposit.method.is_crypto or seen.network != deposit.method.network:
        return ""
    move = keep(deposit, seen, actor=actor, now=now)
    if move.is_deep:
        return ""
    told = {"seen": move.seen, "needed": move.needed}
    return _("%(seen)s of %(needed)s confirmations") % told


def keep(deposit: Deposit, seen: OnChain, *, actor: Actor, now: datetime) -> ChainMove:
    """Write down how deep a deposit's transaction lies; told again, or of less, nothing changes."""
    move = ChainMove.objects.filter(deposit=deposit).first() or ChainMove(
        deposit=deposit,
        network=seen.network,
        address=seen.address,
        needed=deposit.method.confirmations,
    )
    is_same = move.transaction == seen.transaction
    if move.pk and is_same and move.seen >= seen.confirmations and not _is_news(move, seen):
        return move
    move.address, move.transaction = seen.address, seen.transaction
    move.seen = max(move.seen, seen.confirmations) if is_same else seen.confirmations
    move.seen_at, move.recorded_by = now, str(actor)
    if not is_same or _is_news(move, seen):
        move.screening, move.screening_case = seen.screening, seen.case
        is_told = seen.screening is not Screening.UNKNOWN
        move.screened_by = str(actor) if is_told else ""
        move.screened_at = now if is_told else None
    move.save()
    event = ChainSeen(
        deposit_id=deposit.pk,
        network=move.network,
        transaction=move.transaction,
        seen=move.seen,
        needed=move.needed,
        screening=str(move.screening),
    )
    steps.emit(deposit, event, actor=actor, now=now)
    return move


def reasons(deposit: Deposit, notice: Notice, *, actor: Actor, now: datetime) -> tuple[Review, ...]:
    """Return why a person has to look at coins that came; () for money of any other kind."""
    if not deposit.method.is_crypto:
        return ()
    seen = notice.chain
    if seen is not None and seen.network == deposit.method.network:
        keep(deposit, seen, actor=actor, now=now)
    move = ChainMove.objects.filter(deposit=deposit).first()
    if move is None or not move.is_deep or not move.is_clean:
        return (Review.SCREENING,)
    return (Review.SECOND,) if _is_known(move, deposit) else ()


def require_creditable(deposit: Deposit) -> None:
    """Raise NotPossible while coins are not deep enough, or not found clean."""
    if not deposit.method.is_crypto:
        return
    move = ChainMove.objects.filter(deposit=deposit).first()
    if move is None or not move.is_deep:
        sentence = _("Its transaction has not the confirmations yet that the method asks for.")
        raise steps.NotPossible(sentence)
    if not move.is_clean:
        sentence = _("No screening found its coins clean: record one, or send it back.")
        raise steps.NotPossible(sentence)
    if _is_known(move, deposit):
        sentence = _("The same transaction came for another deposit already.")
        raise steps.NotPossible(sentence)


def is_coming(deposit: Deposit) -> bool:
    """Say whether its transaction is seen already and only has to lie deeper."""
    return (
        deposit.method.is_crypto
        and ChainMove.objects.filter(deposit=deposit).exclude(transaction="").exists()
    )


def _is_news(move: ChainMove, seen: OnChain) -> bool:
    """Say whether a notice tells of a screening that is not known yet; a hit is never unsaid."""
    told = (str(seen.screening), seen.case)
    is_said = seen.screening is not Screening.UNKNOWN and move.screening != Screening.HIT
    return is_said and told != (str(move.screening), move.screening_case)


def _is_known(move: ChainMove, deposit: Deposit) -> bool:
    """Say whether the same transaction to the same address came for another deposit already."""
    same = ChainMove.objects.filter(
        network=move.network,
        transaction=move.transaction,
        address=move.address,
        deposit__state__in=RECEIVED_ONCE,
    )
    return same.exclude(deposit=deposit).exists()
