"""Notes who had a hand in an integration; a part of the transaction of what they did."""

from backoffice.core.actors import Actor
from backoffice.machines.models import Hand


def note(user_id: int, actor: Actor) -> None:
    """Note that a member of staff shaped this integration; noted before, nothing happens."""
    if actor.kind == "staff":
        row = Hand(machine_id=user_id, person_id=int(actor.key))
        Hand.objects.bulk_create([row], ignore_conflicts=True)
