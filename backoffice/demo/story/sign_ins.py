"""The broker's clients who sign in to the personal area: two of them, one of whom is printed."""

import random
from contextlib import suppress
from typing import Any

from backoffice.core.clock import now
from backoffice.core.errors import Rejected
from backoffice.demo import asking
from backoffice.demo.broker import Broker
from backoffice.demo.places import Place
from backoffice.demo.story.staff import ACTOR, password
from backoffice.identity.actions import clients as sign_ins
from backoffice.identity.queries import links, people
from crm.actions import inviting
from crm.queries import known

HOW_MANY = 2
TRIES = 40


def let_in(place: Place, broker: Broker) -> None:
    """Invite two clients with money in dollars and give them passwords; keep both in the secrets.

    The letters of their invitation go out as any other's; the links in them are void by then.
    """
    chance = random.Random(f"sign-ins {broker.seed}")
    chosen: dict[int, dict[str, Any]] = {}
    used: set[int] = set()
    for _number in range(TRIES):
        with suppress(asking.NobodyLeft, Rejected):
            purse = asking.a_calm_purse(chance, used)
            used.add(purse.account_id)
            if purse.currency == "USD" and purse.client_id not in chosen:
                chosen[purse.client_id] = _sign_in(purse)
        if len(chosen) == HOW_MANY:
            break
    place.remember({**place.secrets(), "clients": list(chosen.values())})


def _sign_in(purse: asking.Purse) -> dict[str, Any]:
    inviting.invite_client(client_id=purse.client_id, actor=ACTOR, now=now())
    user, client = people.sign_in_of(purse.client_id), known.get_client(purse.client_id)
    if user is None or client is None:
        raise Rejected("nobody was invited")
    word = password(user.email, user.full_name)
    token = links.link_for(user).rstrip("/").rpartition("/")[2]
    sign_ins.set_password(user_id=user.pk, token=token, password=word, actor=ACTOR, now=now())
    return {
        "name": user.full_name,
        "email": user.email,
        "password": word,
        "number": client.number,
        "client_id": client.pk,
        "login": purse.login,
    }
