"""The books follow MetaTrader: opened once, then results by server day and what others moved.

So that at every moment: funds in the books − MetaTrader's balance = what is in flight.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.events import BooksOpened, ForeignMoneyBooked
from accounts.ledger import book
from accounts.models import AccountBooks, BookedTicket, Entry, LedgerAccount, ResultDay, wording
from accounts.queries.books import Due, Stand, books_of, put_back, stand_of
from accounts.queries.opening import Opening, beginning_of, opening_of
from accounts.states import Booked, LedgerKind
from backoffice.core import compiled, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.core.money import rounded
from crm.queries import known
from trading.queries import money
from trading.queries.money import MirrorMoney, MoneyRecord, Standing

NOTHING = Decimal(0)


class NobodysAccount(Rejected):
    """Books are kept of clients' real money: the account belongs to nobody, or is a demo."""


@transaction.atomic
def open_books(*, account_id: int, actor: Actor, now: datetime) -> AccountBooks:
    """Open the books of an account from its mirror; those that stand are returned.

    They begin now, or with the day that the policy `books-begin` states: then with what MetaTrader
    showed before it, and what moved since is posted as it happened (`post_results`). NobodysAccount
    when it belongs to no client.
    """
    chart.lock_money(account_id)
    books = books_of(account_id)
    if books is not None:
        return books
    market = money.standing_of(account_id)
    client = known.get_client(market.money.client_id or 0) if market else None
    if market is None or client is None:
        raise NobodysAccount(_("This account belongs to no client, so it has no books."))
    if market.money.is_demo:
        raise NobodysAccount(wording.demo(market.money.login))
    mirror = market.mirror
    stated = beginning_of(client.legal_entity_id, now)
    opening = opening_of(mirror, stated)
    first_day = stated or max(mirror.results, default=now.date())
    books = _new_books(mirror, client.legal_entity_id, first_day, now)
    _post_opening(books, opening, actor, now)
    _include(books, mirror, opening, now)
    outbox.emit(
        BooksOpened(
            account_id=account_id,
            amount=rounded(opening.funds, mirror.currency),
            currency=mirror.currency,
        ),
        actor=actor,
        subjects=[("account", account_id)],
        now=now,
    )
    return books


@transaction.atomic
def post_results(*, account_id: int, actor: Actor, now: datetime) -> AccountBooks:
    """Bring the books up to what the mirror shows; again and again, without effect when they are.

    Our own operations are not posted here: their payments do that, once. Results are silent (the
    entries are the record); money that others moved is an event.
    """
    chart.lock_money(account_id)
    return caught_up(account_id=account_id, actor=actor, now=now).books


def caught_up(
    *, account_id: int, actor: Actor, now: datetime, market: Standing | None = None
) -> Stand:
    """Do what `post_results` does, in the transaction of a caller who locked the account's money.

    It returns what books and MetaTrader show afterwards. `market` spares reading again what the
    caller has just read. NobodysAccount where no books can be opened.
    """
    stand = stand_of(account_id, market)
    if stand is None:
        open_books(account_id=account_id, actor=actor, now=now)
        stand = stand_of(account_id)
    if stand is None:
        raise NobodysAccount(_("This account belongs to no client, so it has no books."))
    due = stand.due
    moved = (*due.foreign, *put_back(stand))
    if not due.results and not moved:
        return stand
    if due.results:
        _post_days(stand.books, due, actor, now)
    for record in moved:
        _post_foreign(stand.books, record, actor, now)
    return stand_of(account_id, stand.market) or stand


def book_ticket(
    *,
    account_id: int,
    ticket: int,
    amount: Decimal,
    entry: Entry,
    is_credit: bool = False,
    now: datetime,
) -> None:
    """Note that an entry accounts for one of our own records in MetaTrader."""
    compiled.add(
        BookedTicket(
            books_id=account_id,
            ticket=ticket,
            is_credit=is_credit,
            kind=Booked.OURS,
            amount=amount,
            entry=entry,
            booked_at=now,
        )
    )


def _new_books(
    mirror: MirrorMoney, legal_entity_id: int, first_day: date, now: datetime
) -> AccountBooks:
    def of(kind: LedgerKind) -> LedgerAccount:
        return chart.account_of(
            kind,
            legal_entity_id=legal_entity_id,
            currency=mirror.currency,
            now=now,
            trading_account_id=mirror.account_id,
        )

    return AccountBooks.objects.create(
        account_id=mirror.account_id,
        currency=mirror.currency,
        funds=of(LedgerKind.CLIENT_FUNDS),
        credit=of(LedgerKind.CLIENT_CREDIT),
        legal_entity_id=legal_entity_id,
        first_day=first_day,
        opened_at=now,
    )


def _post_opening(books: AccountBooks, opening: Opening, actor: Actor, now: datetime) -> None:
    name = f"opening:{books.pk}"
    _post(books, books.funds, LedgerKind.OPENING, opening.funds, name, actor, now)
    _post(books, books.credit, LedgerKind.CREDIT_GIVEN, opening.credit, f"{name}:c", actor, now)


def _include(books: AccountBooks, mirror: MirrorMoney, opening: Opening, now: datetime) -> None:
    """Remember what the opening contains: results, and each record."""
    ResultDay.objects.create(books=books, day=books.first_day, included=opening.results)
    BookedTicket.objects.bulk_create(
        BookedTicket(
            books=books,
            ticket=record.ticket,
            is_credit=record.is_credit,
            kind=Booked.OPENING,
            amount=record.amount,
            booked_at=now,
        )
        for record in opening.records
    )


def _post_days(books: AccountBooks, due: Due, actor: Actor, now: datetime) -> None:
    days = {row.day: row for row in locks.rows(ResultDay.objects.filter(books=books))}
    for day, amount in due.results.items():
        row = days.get(day) or ResultDay(books=books, day=day)
        name = f"result:{books.pk}:{day}:{row.entries}"
        _post(books, books.funds, LedgerKind.TRADING_RESULT, amount, name, actor, now)
        row.posted += amount
        row.entries += 1
        row.save()


def _post_foreign(books: AccountBooks, record: MoneyRecord, actor: Actor, now: datetime) -> None:
    account = books.credit if record.is_credit else books.funds
    against = LedgerKind.CREDIT_GIVEN if record.is_credit else LedgerKind.EXTERNAL
    entry = _post(
        books, account, against, record.amount, f"ticket:{books.pk}:{record.ticket}", actor, now
    )
    BookedTicket.objects.create(
        books=books,
        ticket=record.ticket,
        is_credit=record.is_credit,
        kind=Booked.EXTERNAL if entry else Booked.OPENING,
        amount=record.amount,
        entry=entry,
        booked_at=now,
    )
    told = ForeignMoneyBooked(
        account_id=books.pk,
        ticket=record.ticket,
        amount=rounded(record.amount, books.currency),
        currency=books.currency,
    )
    outbox.emit(told, actor=actor, subjects=[("account", books.pk)], now=now)


def _post(
    books: AccountBooks,
    account: LedgerAccount,
    against: LedgerKind,
    amount: Decimal,
    name: str,
    actor: Actor,
    now: datetime,
) -> Entry | None:
    """Post an amount that came to the client's side (negative: that left it)."""
    if not amount:
        return None
    other = chart.account_of(
        against, legal_entity_id=books.legal_entity_id, currency=books.currency, now=now
    )
    act = chart.act_of(
        name, purpose=str(against), reference=f"account:{books.pk}", actor=actor, now=now
    )
    lines = [
        book.Line(account=account, amount=-amount),
        book.Line(account=other, amount=amount),
    ]
    return book.post(act=act, lines=lines)
