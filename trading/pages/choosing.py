"""What was chosen in the list of accounts of nobody, read from the form, and its summary."""

from typing import Any

from django.utils.translation import gettext as _

from backoffice.company.queries import entities
from backoffice.core.errors import Rejected
from crm.actions.clients import Place
from crm.permissions import EDIT_CLIENTS
from trading.actions.ownership.binding import MOST, Pair
from trading.queries import unbound
from trading.queries.ownership import newcomers, suggestions

LONGEST = 18


def account_ids(data: Any) -> list[int]:
    """Return the chosen accounts, each once, no more than one act takes and one over."""
    numbers = (_number(text) for text in data.getlist("account"))
    return list(dict.fromkeys(number for number in numbers if number))[: MOST + 1]


def pairs(data: Any) -> list[Pair]:
    """Return the chosen accounts with the clients chosen beside them."""
    picked = ((pk, _number(data.get(f"client-{pk}", ""))) for pk in account_ids(data))
    return [Pair(account_id=pk, client_id=client_id) for pk, client_id in picked if client_id]


def despite(data: Any) -> frozenset[int]:
    """Return the rows that are to be registered although they look like a client."""
    return frozenset(filter(None, (_number(text) for text in data.getlist("despite"))))


def place(user: Any, data: Any) -> Place:
    """Return where new clients belong; Rejected for an entity that the user may not serve."""
    wanted = _number(data.get("legal_entity", ""))
    if wanted not in {entity.pk for entity in entities_for(user)}:
        raise Rejected(_("Choose the legal entity that serves the new clients."))
    return Place(legal_entity_id=wanted)


def entities_for(user: Any) -> list[Any]:
    """Return the legal entities for which the user may register clients."""
    reach = user.reach(str(EDIT_CLIENTS))
    reaches = reach if isinstance(reach, tuple) else (reach,) if reach else ()
    everywhere = any(one.entity_ids is None for one in reaches)
    own = {pk for one in reaches for pk in one.entity_ids or ()}
    return [one for one in entities.list_entities() if everywhere or one.pk in own]


def binding_summary(user: Any, data: Any) -> dict[str, Any]:
    """Return what giving the chosen accounts would do: who gets what, and what cannot be given."""
    wanted = {pair.account_id: pair.client_id for pair in pairs(data)}
    rows = unbound.list_rows(unbound.list_unbound_for(user), account_ids(data))
    found = suggestions.suggestions_for(user, rows)
    for row in rows:
        offers = {one.client_id: one for one in found.get(row.pk, ())}
        row.chosen = offers.get(wanted.get(row.pk, 0))
    given = [row for row in rows if row.chosen]
    return {
        "given": given,
        "without": [row for row in rows if not row.chosen],
        "missing": len(account_ids(data)) - len(rows),
        "clients": len({row.chosen.client_id for row in given}),
        "reason": data.get("reason", ""),
    }


def newcomers_summary(user: Any, data: Any) -> dict[str, Any]:
    """Return who would be registered: clear ones, those who look like a client, and nameless."""
    rows = unbound.list_rows(unbound.list_unbound_for(user), account_ids(data))
    people = newcomers.newcomers(rows)
    return {
        "people": people,
        "clear": sum(1 for one in people if one.is_clear),
        "doubtful": sum(1 for one in people if one.full_name and one.duplicates),
        "nameless": sum(1 for one in people if not one.full_name),
        "accounts": rows,
        "missing": len(account_ids(data)) - len(rows),
        "hidden": newcomers.hidden_from(user, people),
        "despite": despite(data),
        "entities": entities_for(user),
        "legal_entity": _number(data.get("legal_entity", "")),
    }


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST
    return int(text) if is_number else 0
