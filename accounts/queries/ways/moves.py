"""Who recorded that money came or went by hand, or over a chain."""

from accounts.models import ChainMove, Handover


def recorders_of(deposit_id: int) -> list[str]:
    """Return who said that a deposit came, or screened its coins: others decide about it."""
    handed = Handover.objects.filter(deposit=deposit_id).values_list("recorded_by", flat=True)
    chained = ChainMove.objects.filter(deposit=deposit_id)
    hands = [*handed]
    for recorded_by, screened_by in chained.values_list("recorded_by", "screened_by"):
        hands += [recorded_by, screened_by]
    return [one for one in hands if one.startswith(("staff:", "machine:"))]


def chain_of_payment(payment_id: int) -> ChainMove | None:
    """Return the transaction, or only the screening, of a payout that was found in reach."""
    return ChainMove.objects.filter(payment=payment_id).first()


def chain_of_deposit(deposit_id: int) -> ChainMove | None:
    """Return the transaction of a deposit that was found in reach."""
    return ChainMove.objects.filter(deposit=deposit_id).first()


def handover_of_payment(payment_id: int) -> Handover | None:
    """Return how a payout was handed out."""
    return Handover.objects.filter(payment=payment_id).first()


def handover_of_deposit(deposit_id: int) -> Handover | None:
    """Return how a deposit was handed over."""
    return Handover.objects.filter(deposit=deposit_id).first()
