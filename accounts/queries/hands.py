"""Names of those who had a hand in something: staff by name, the house's own parts by theirs."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from backoffice.core.actors import Actor
from backoffice.identity.queries import people


def names_of(hands: Iterable[str]) -> dict[str, str]:
    """Return actor → name, in one query."""
    actors = [Actor.parse(hand) for hand in set(hands)]
    known = people.names_of({int(one.key) for one in actors if one.kind == "staff"})
    return {str(one): _name(one, known) for one in actors}


def _name(actor: Actor, known: dict[int, str]) -> str:
    if actor.kind == "staff":
        return known.get(int(actor.key), str(actor))
    return _("The system (%(part)s)") % {"part": actor.key}
