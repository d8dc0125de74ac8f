"""The broker's clients who sign in to the personal area: two of them, one of whom is printed."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from accounts.queries.own import payments
from backoffice.core.clock import now
from backoffice.core.errors import Rejected
from backoffice.demo.places import Place
from backoffice.demo.story import levels
from backoffice.demo.story.staff import ACTOR, password
from backoffice.identity.actions import clients as sign_ins
from backoffice.identity.queries import links, people
from crm.actions import inviting
from crm.queries import known
from trading.queries import money
from trading.queries.money import AccountMoney

HOW_MANY = 2
CURRENCY = "USD"


def let_in(place: Place) -> None:
    """Invite two clients with an account in dollars and give them passwords; keep both.

    The letters of their invitation go out as any other's; the links in them are void by then.
    """
    chosen: dict[int, dict[str, Any]] = {}
    for account in _accounts():
        if len(chosen) == HOW_MANY:
            break
        if account.client_id is not None and account.client_id not in chosen:
            with suppress(Rejected):  # blocked, closed, or without an address
                chosen[account.client_id] = _sign_in(account.client_id, account.login)
    place.remember({**place.secrets(), "clients": list(chosen.values())})


def _accounts() -> Iterator[AccountMoney]:
    """Yield open accounts in dollars: first those that hold nothing and whose client paid nothing
    in yet, so that nothing of theirs is parked; of these the richest.
    """
    found = [money.account_money(number) for number in money.bound_account_ids()]
    usable = [one for one in found if one and one.is_open and one.currency == CURRENCY]
    yield from sorted(usable, key=lambda one: (one.has_positions, _has_paid(one), -one.balance))


def _has_paid(account: AccountMoney) -> bool:
    return account.client_id is None or bool(payments.list_deposits_of(account.client_id))


def _sign_in(client_id: int, login: int) -> dict[str, Any]:
    inviting.invite_client(client_id=client_id, actor=ACTOR, now=now())
    user, client = people.sign_in_of(client_id), known.get_client(client_id)
    if user is None or client is None:
        raise Rejected("nobody was invited")
    levels.prove(client_id)
    word = password(user.email, user.full_name)
    token = links.link_for(user).rstrip("/").rpartition("/")[2]
    sign_ins.set_password(user_id=user.pk, token=token, password=word, actor=ACTOR, now=now())
    return {
        "name": user.full_name,
        "email": user.email,
        "password": word,
        "number": client.number,
        "client_id": client.pk,
        "login": login,
    }
