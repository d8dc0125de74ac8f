"""Each class of deviation, as somebody makes it: at the server, or in our own tables."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from accounts.models import BookedTicket
from accounts.states import Booked, Gap
from tests.prove.deviations.ground import Ground
from trading.calc.marking import marker
from trading.models import BalanceOperation, BalanceRecord

#: What is made, and what has to be found of it: the account, the class (None: taken over), ticket.
Found = tuple[int, Gap | None, int]
AMOUNT = Decimal("12.34")


@dataclass(frozen=True)
class Deviation:
    """A class, how it is made, and by which ways it can be found."""

    name: str
    make: Callable[[Ground], Found]


def _ours(ground: Ground) -> BookedTicket:
    """A record of ours that both sides have and nobody touched yet."""
    mirrored = BalanceRecord.objects.filter(gone_at__isnull=True, comment__startswith="BO:")
    known = dict(mirrored.order_by("-id").values_list("ticket", "account_id")[:400])
    booked = BookedTicket.objects.filter(kind=Booked.OURS, ticket__in=known)
    free = [one for one in booked.order_by("id") if one.books_id not in ground.spoilt]
    return ground.chance.choice(free)


def _login(ground: Ground) -> int:
    """A login on which nothing was spoilt yet."""
    while ground.accounts[login := ground.login()] in ground.spoilt:
        pass
    return login


def erased(ground: Ground, *, balance: int) -> Found:
    """An administrator erases a record from the history."""
    row = _ours(ground)
    ground.administers("erase_record", ticket=row.ticket, balance=balance)
    return row.books_id, Gap.MISSING_IN_MT4, row.ticket


def never_there(ground: Ground) -> Found:
    """The books have a confirmed posting whose ticket the server never gave."""
    login = _login(ground)
    operation = ground.operation(login, AMOUNT)
    ground.undo_booking(operation)
    ground.post([operation])
    return operation.account_id, Gap.MISSING_IN_MT4, int(operation.ticket or 0)


def nobodys(ground: Ground) -> Found:
    """A whole marker of ours that no operation has."""
    login = _login(ground)
    comment = marker.marker_of(UUID(int=ground.chance.getrandbits(128), version=4))
    return ground.accounts[login], Gap.MISSING_IN_LEDGER, ground.books_at(login, AMOUNT, comment)


def not_posted(ground: Ground) -> Found:
    """An operation of ours was confirmed, and its posting is not there."""
    operation = ground.operation(_login(ground), AMOUNT)
    BalanceOperation.objects.bulk_create([operation])
    return operation.account_id, Gap.MISSING_IN_LEDGER, int(operation.ticket or 0)


def edited(ground: Ground, *, balance: int) -> Found:
    """An administrator writes another amount into a record."""
    row = _ours(ground)
    amount = str(row.amount + AMOUNT or AMOUNT)
    ground.administers("edit_record", ticket=row.ticket, amount=amount, balance=balance)
    return row.books_id, Gap.AMOUNT, row.ticket


def doubled(ground: Ground) -> Found:
    """A manager books a second record under the marker of one of ours."""
    row = _ours(ground)
    comment = BalanceOperation.objects.get(ticket=row.ticket, account_id=row.books_id).marker
    login = ground.login_of(row.books_id)
    return row.books_id, Gap.DUPLICATE_MARKER, ground.books_at(login, row.amount, comment)


def foreign(ground: Ground) -> Found:
    """A manager books an amount of his own."""
    login = _login(ground)
    return ground.accounts[login], None, ground.books_at(login, AMOUNT, "by phone")


def renamed(ground: Ground) -> Found:
    """A manager edits the comment of a record of ours."""
    row = _ours(ground)
    ground.rewrites(row.ticket, "edited by hand")
    return row.books_id, Gap.CHANGED_MARKER, row.ticket


def damaged(ground: Ground) -> Found:
    """A record whose comment opens like our marker, with a wrong sign in it."""
    login = _login(ground)
    whole = marker.marker_of(UUID(int=ground.chance.getrandbits(128), version=4))
    comment = whole[:-1] + ("0" if whole[-1] != "0" else "1")
    return ground.accounts[login], Gap.DAMAGED_MARKER, ground.books_at(login, AMOUNT, comment)


DEVIATIONS = (
    Deviation("missing in MT4: erased with its balance", lambda one: erased(one, balance=1)),
    Deviation("missing in MT4: erased, balance left", lambda one: erased(one, balance=0)),
    Deviation("missing in MT4: never there", never_there),
    Deviation("missing in ledger: nobody's marker", nobodys),
    Deviation("missing in ledger: not posted", not_posted),
    Deviation("amount: edited with the balance", lambda one: edited(one, balance=1)),
    Deviation("amount: edited, balance left", lambda one: edited(one, balance=0)),
    Deviation("duplicate marker", doubled),
    Deviation("foreign", foreign),
    Deviation("changed marker", renamed),
    Deviation("damaged marker", damaged),
)
