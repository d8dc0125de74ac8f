"""Closed trades. Lists are read by key, newest first: (closed_at, id)."""

from django.db.models import QuerySet

from backoffice.core.access import Reaching, restrict
from trading.models import Deal
from trading.permissions import VIEW_DEALS
from trading.terms import Cmd

MARKET = (Cmd.BUY, Cmd.SELL)


def list_closed_for(user: Reaching) -> QuerySet[Deal]:
    """Return every closed trade that the user may see, without orders that were cancelled."""
    deals = restrict(Deal.objects.all(), user, VIEW_DEALS).filter(cmd__in=MARKET)
    return deals.order_by("-closed_at", "-id")


def list_deals_for(user: Reaching, account_id: int) -> QuerySet[Deal]:
    """Return the closed trades of one account, the newest first."""
    return list_closed_for(user).filter(account_id=account_id)


def list_cancelled_for(user: Reaching, account_id: int) -> QuerySet[Deal]:
    """Return the orders of one account that were cancelled or expired, the newest first."""
    deals = restrict(Deal.objects.all(), user, VIEW_DEALS).exclude(cmd__in=MARKET)
    return deals.filter(account_id=account_id).order_by("-closed_at", "-id")
