"""Trading accounts: who may see which, and their figures for the first paint of a page.

An account without a client is in nobody's portfolio: only who reaches everything sees it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from backoffice.core import live
from backoffice.core.access import Reaching, get_or_404_for, restrict
from trading.models import AccountFigures, TradingAccount
from trading.permissions import VIEW_ACCOUNTS
from trading.queries import frames

#: Real money, of accounts and of what is one's: on a demo server, or in a group that MetaTrader
#: takes for a demo by its name, everything is made up. SQL by hand (money.py) and the model say so.
REAL = Q(server__kind="live") & ~Q(group__name__istartswith="demo")
OF_REAL = Q(account__server__kind="live") & ~Q(account__group__name__istartswith="demo")
MONEY = ("balance", "credit", "floating", "equity", "margin", "free_margin")


def may_see(user: Reaching) -> bool:
    """Return whether the user may see trading accounts at all."""
    return user.reach(str(VIEW_ACCOUNTS)) is not None


def list_accounts_for(user: Reaching, *, client: int | None = None) -> QuerySet[TradingAccount]:
    """Return the accounts that the user may see, perhaps of one client, by server and login."""
    accounts = restrict(TradingAccount.objects.all(), user, VIEW_ACCOUNTS)
    if client is not None:
        accounts = accounts.filter(client_id=client)
    related = accounts.select_related("server__state", "group", "client", "figures")
    return related.order_by("server__code", "login", "id")


def list_accounts_of_client_for(user: Reaching, client_id: int) -> list[TradingAccount]:
    """Return the accounts of one client that the user may see, each with its latest figures."""
    accounts = list(list_accounts_for(user, client=client_id))
    _give_figures(accounts)
    return accounts


def list_accounts_of(client_id: int) -> list[TradingAccount]:
    """Return a client's own accounts, each with its latest figures, for the client."""
    rows = TradingAccount.objects.filter(client_id=client_id)
    accounts = list(
        rows.select_related("server__state", "group", "figures").order_by("login", "id")
    )
    _give_figures(accounts)
    return accounts


def get_account_for(user: Reaching, pk: int) -> TradingAccount:
    """Return one account with its latest figures; Http404 when absent or out of reach."""
    account = get_or_404_for(list_accounts_for(user), user, VIEW_ACCOUNTS, pk=pk)
    _give_figures([account])
    return account


def require_in_reach(user: Reaching, pk: int, permission: object) -> None:
    """Raise Http404 unless this permission of the user reaches the account."""
    if not is_in_reach(user, pk, permission):
        raise Http404


def is_in_reach(user: Reaching, pk: int, permission: object = VIEW_ACCOUNTS) -> bool:
    """Say whether this permission of the user reaches the account."""
    return restrict(TradingAccount.objects.filter(pk=pk), user, permission).exists()


def _give_figures(accounts: Iterable[TradingAccount]) -> None:
    """Set each account's `figures` to the newest known: the board's, PostgreSQL's, the mirror's."""
    rows = list(accounts)
    board = frames.latest(live.account(account.pk) for account in rows)
    for account in rows:
        kept = getattr(account, "figures", None)
        told = board.get(live.account(account.pk))
        if told is not None and (kept is None or told.at >= kept.figures_at):
            account.figures = _of_frame(account, told)
        elif kept is None:
            account.figures = _of_mirror(account)


def _of_frame(account: TradingAccount, told: frames.Frame) -> AccountFigures:
    data = told.data
    money: dict[str, Any] = {name: _decimal(data[name]) for name in MONEY}
    return AccountFigures(
        account=account,
        currency=account.currency,
        level=_decimal(data["level"]),
        level_type=data["level_type"],
        positions=len(data["positions"]),
        volume_hundredths=data["volume_hundredths"],
        needs=data.get("needs", []),
        figures_at=told.at,
        **money,
    )


def _of_mirror(account: TradingAccount) -> AccountFigures:
    """Return what the account's own record says, where nothing was ever valued."""
    return AccountFigures(
        account=account,
        currency=account.currency,
        balance=account.balance,
        credit=account.credit,
        figures_at=account.mirrored_at,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def ids_of_login(login: int) -> list[int]:
    """Return our keys of the clients' accounts that have this login, on whatever server.

    For who looks up what a person typed; nobody's reach narrows it.
    """
    rows = TradingAccount.objects.filter(login=login, client__isnull=False)
    return list(rows.order_by("id").values_list("id", flat=True)[:20])
