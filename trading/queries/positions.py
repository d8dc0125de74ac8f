"""Open positions and waiting orders, at the newest prices that we know."""

from decimal import Decimal

from django.db.models import QuerySet

from backoffice.core import live
from backoffice.core.access import Reaching, restrict
from trading.models import Position
from trading.permissions import VIEW_POSITIONS
from trading.queries import frames


def list_open_for(user: Reaching) -> QuerySet[Position]:
    """Return every open ticket that the user may see, the newest first."""
    positions = restrict(Position.objects.all(), user, VIEW_POSITIONS)
    return positions.select_related("account__server").order_by("-opened_at", "-id")


def list_positions_for(user: Reaching, account_id: int) -> list[Position]:
    """Return the open tickets of one account; market ones at the board's price and profit.

    `mirrored_at` is then the moment at which the price was true. Nothing of it is to be saved.
    """
    rows = list(list_open_for(user).filter(account_id=account_id))
    topic = live.account(account_id)
    told = frames.latest([topic]).get(topic) if rows else None
    if told is not None:
        for position in rows:
            _show(position, told)
    return rows


def _show(position: Position, told: frames.Frame) -> None:
    standing = told.data["positions"].get(str(position.ticket))
    if standing is None or standing["price"] is None or told.at < position.mirrored_at:
        return
    position.close_price = Decimal(standing["price"])
    position.profit = Decimal(standing["profit"])
    position.swap = Decimal(standing["swap"])
    position.mirrored_at = told.at
