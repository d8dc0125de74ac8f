"""Whose hands an integration is: nobody decides about what their own integration asked for."""

from collections.abc import Iterable
from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Cast, Concat

from backoffice.core.actors import Actor
from backoffice.machines.models import Hand

MACHINE = "machine:"
OWN, KEPT = "_own_name", "_hands_in"


def is_another(actor: Actor, others: Iterable[str]) -> bool:
    """Say whether the actor is none of these, and had no hand in an integration among them."""
    names = list(others)
    if str(actor) in names:
        return False
    machines = [int(name.removeprefix(MACHINE)) for name in names if name.startswith(MACHINE)]
    if not machines or actor.kind != "staff":
        return True
    mine = Hand.objects.filter(person_id=int(actor.key), machine_id__in=machines)
    return not mine.exists()


def names_of(user_id: int) -> Any:
    """Return the integrations that somebody had a hand in, as actors' names: for a subquery."""
    text = TextField()
    name = Concat(Value(MACHINE), Cast("machine_id", text), output_field=text)
    return Hand.objects.filter(person_id=user_id).annotate(name=name).values("name")


def is_of(user: Any, name: str) -> bool:
    """Say whether this actor's name is the user's own, or that of an integration of theirs.

    Asked for many rows of a page, the database is asked once.
    """
    if not name.startswith(MACHINE):
        if OWN not in user.__dict__:
            user.__dict__[OWN] = str(user.actor)
        return bool(name == user.__dict__[OWN])
    if KEPT not in user.__dict__:
        user.__dict__[KEPT] = frozenset(names_of(user.pk).values_list("name", flat=True))
    return name in user.__dict__[KEPT]
