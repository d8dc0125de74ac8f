"""A transfer until it may go: asked for, its rate fixed.

Between places of one client it may go at once; to another client others have to agree first.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actions import chart, results
from accounts.actions.transfers import posting, steps
from accounts.actions.withdrawals import BadRequest, FiguresUnknown, NotEnough
from accounts.calc import conversion
from accounts.calc.conversion import Rate
from accounts.calc.transfer_rules import Rules
from accounts.events import TransferApproved, TransferRequested
from accounts.ledger import balances
from accounts.models import LedgerAccount, Transfer, wording
from accounts.permissions import REQUEST_TRANSFER
from accounts.queries.transfers import funds, rates
from accounts.states import LedgerKind
from backoffice.core import locks
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict
from backoffice.core.money import is_exact
from backoffice.identity.queries import people
from crm.queries import known
from crm.states import ClientStatus
from trading.queries import money

NOT_SERVED = (ClientStatus.LEAD, ClientStatus.BLOCKED, ClientStatus.CLOSED)
BEYOND = Decimal(10) ** 13
BUSY_MS = 8_000
#: Whoever lets a transfer between one client's own places go: the rule itself.
RULE = Actor.system("transfers")


class RateMoved(Conflict):
    """The rate is worse now than the one that was shown; it carries the new one."""

    def __init__(self, sentence: str, rate: Decimal) -> None:
        super().__init__(sentence)
        self.rate = rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where money lies: a trading account by our number, or the client's wallet in a currency."""

    account_id: int | None = None
    wallet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for. `key` comes with the form: sent twice, it asks once.

    `amount` is in the source's currency; `seen_rate` is what was shown, if anything was.
    """

    key: UUID
    client_id: int
    source: Place
    target: Place
    amount: Decimal
    seen_rate: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a transfer, looked up: whose it is, in which currency, how people call it."""

    client: Any
    currency: str
    words: str
    account_id: int | None = None
    server_id: int | None = None
    wallet: LedgerAccount | None = None


@transaction.atomic
def request_transfer(
    *, request: Request, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> Transfer:
    """Ask for a transfer between places of one client; the amount is on hold from now on.

    It may go at once: the rate is fixed, and it is carried out by itself. Raises NotAllowed,
    BadRequest, NotEnough with the numbers, FiguresUnknown, NoRate, RateMoved; Later when the source
    is busy. The same key asks once; with other content it is a Conflict.
    """
    locks.advisory(f"accounts.transfer.{request.key}", timeout_ms=BUSY_MS)
    client = known.get_client(request.client_id)
    if client is None or not may_ask(actor, client.pk):
        raise steps.NotAllowed(_("You may not ask for a transfer for this client."))
    known_one = Transfer.objects.filter(key=request.key).first()
    if known_one is not None:
        return _same(known_one, request)
    source = side_of(request.source, client, now, opens=False)
    target = side_of(request.target, client, now, opens=True)
    rules = funds.rules_for(client.legal_entity_id, now)
    require_lawful(request, source, target, least_level=rules.own_kyc_level)
    rate = rate_of(source, target, rules, request.seen_rate, now)
    transfer = begin(request, source, target, actor=actor, origin=origin, now=now)
    approve(transfer, rate, by=RULE, actor=actor, now=now)
    return transfer


def side_of(place: Place, client: Any, now: datetime, *, opens: bool) -> Side:
    """Return a place of a client's; BadRequest when it is not theirs or takes no money now.

    `opens`: a wallet that is not there yet is opened, as a target.
    """
    if place.account_id is not None:
        account = money.account_money(place.account_id)
        if account is None or account.client_id != client.pk:
            raise BadRequest(_("This account does not belong to this client."))
        if account.is_demo:
            raise BadRequest(wording.demo(account.login))
        if not account.is_open:
            sentence = _("Account %(login)s is closed: no money moves there.")
            raise BadRequest(sentence % {"login": account.login})
        words = f"{account.login} · {account.server}"
        return Side(
            client=client, currency=account.currency, words=words,
            account_id=account.account_id, server_id=account.server_id,
        )  # fmt: skip
    if not (3 <= len(place.wallet) <= 4 and place.wallet.isalpha() and place.wallet.isupper()):
        raise BadRequest(_("Choose where the money comes from, and where it goes."))
    wallet = _wallet(client, place.wallet, now, opens=opens)
    words = _("wallet %(currency)s") % {"currency": place.wallet}
    return Side(client=client, currency=place.wallet, words=words, wallet=wallet)


def require_lawful(request: Request, source: Side, target: Side, *, least_level: int) -> None:
    """Raise BadRequest for whatever no transfer may be, before anything is held."""
    client, amount = source.client, request.amount
    if any(one.client.status in NOT_SERVED for one in (source, target)):
        raise BadRequest(_("No money moves for this client now."))
    if (source.account_id, source.wallet) == (target.account_id, target.wallet):
        raise BadRequest(_("Source and target are the same: choose two different places."))
    if source.client.legal_entity_id != target.client.legal_entity_id:
        raise BadRequest(_("Source and target belong to different companies of the broker."))
    if client.kyc_level < least_level:
        sentence = _("KYC level %(least)s is needed for this, the client has %(has)s.")
        raise BadRequest(sentence % {"least": least_level, "has": client.kyc_level})
    is_amount = amount.is_finite() and 0 < amount < BEYOND
    if not is_amount or not is_exact(amount, source.currency):
        sentence = _("%(amount)s is no amount of %(currency)s.")
        raise BadRequest(sentence % {"amount": amount, "currency": source.currency})


def rate_of(source: Side, target: Side, rules: Rules, seen: Decimal | None, now: datetime) -> Rate:
    """Return the rate of now; RateMoved where it is worse than what was shown, NoRate for none."""
    servers = [one.server_id for one in (source, target) if one.server_id is not None]
    rate = rates.rate_now(
        source.currency, target.currency, server_ids=servers, rules=rules, now=now
    )
    if seen is not None and conversion.is_worse(rate.rate, seen, rules.slip_percent):
        sentence = _("The rate moved from %(seen)s to %(now)s: look again.")
        raise RateMoved(sentence % {"seen": f"{seen:f}", "now": f"{rate.rate:f}"}, rate.rate)
    return rate


def rate_for(transfer: Transfer, rules: Rules, now: datetime) -> Rate:
    """Return the rate of now for a transfer that stands; NoRate for none."""
    accounts = (transfer.source_account, transfer.target_account)
    return rates.rate_now(
        transfer.currency,
        transfer.target_currency,
        server_ids=[one.server_id for one in accounts if one is not None],
        rules=rules,
        now=now,
    )


def begin(
    request: Request, source: Side, target: Side, *, actor: Actor, origin: Origin, now: datetime
) -> Transfer:
    """Write a transfer that begins, and hold its amount. Part of a caller who checked the rest."""
    held = _source_funds(source, request, actor, now)
    client = source.client
    transfer = Transfer(
        id=_next_number(),
        key=request.key,
        legal_entity_id=client.legal_entity_id,
        client=client,
        to_client=target.client,
        source_account_id=source.account_id,
        source_wallet=source.wallet,
        target_account_id=target.account_id,
        target_wallet=target.wallet,
        owner_id=client.owner_id,
        desk_id=client.desk_id,
        client_source=client.source,
        amount=request.amount,
        currency=source.currency,
        target_currency=target.currency,
        note=request.note.strip()[:300],
        requested_by=str(actor),
        requested_at=now,
        requested_session=origin.session_digest,
        requested_device=origin.device_digest,
    )
    transfer.reservation = posting.hold(transfer, held, actor=actor, now=now)
    transfer.save(force_insert=True)
    event = TransferRequested(**steps.sent(transfer), source=source.words, target=target.words)
    steps.emit(transfer, event, actor=actor, now=now)
    return transfer


def approve(transfer: Transfer, rate: Rate, *, by: Actor, actor: Actor, now: datetime) -> None:
    """Let it go, by a rate that is fixed from here on. BadRequest when nothing would arrive."""
    arriving = rate.of(transfer.amount, transfer.target_currency)
    if arriving <= 0:
        sentence = _("%(amount)s is too little: nothing of it would arrive.")
        told = {"amount": wording.money(transfer.amount, transfer.currency)}
        raise BadRequest(sentence % told)
    steps.move(transfer, "approve")
    transfer.approved_by, transfer.approved_at, transfer.next_try_at = str(by), now, now
    transfer.target_amount, transfer.rate = arriving, rate.rate
    transfer.rate_source, transfer.rate_at = rate.source[:120], rate.at
    transfer.rate_markup = rate.markup_percent
    transfer.save()
    event = TransferApproved(
        **steps.sent(transfer), target_amount=arriving, target_currency=transfer.target_currency
    )
    steps.emit(transfer, event, actor=actor, now=now)


def _source_funds(source: Side, request: Request, actor: Actor, now: datetime) -> LedgerAccount:
    """Return the source's ledger account, locked; NotEnough when it has less free."""
    if source.wallet is not None:
        locks.advisory(f"accounts.wallet.{source.wallet.pk}", timeout_ms=BUSY_MS)
        there, account = funds.of_wallet(source.wallet), source.wallet
    else:
        number = source.account_id or 0
        chart.lock_money(number)
        stand = results.caught_up(account_id=number, actor=actor, now=now)
        there, account = funds.of_account(stand, now=now), stand.books.funds
    if there.left is None:
        sentence = _("MetaTrader's figures of this account are not known now: try again shortly.")
        raise FiguresUnknown(sentence)
    if request.amount > there.left:
        sentence = _("%(asked)s asked for, %(free)s can be moved.")
        told = {
            "asked": wording.money(request.amount, source.currency),
            "free": wording.money(there.left, source.currency),
        }
        raise NotEnough(sentence % told, asked=request.amount, free=there.left)
    return account


def _wallet(client: Any, currency: str, now: datetime, *, opens: bool) -> LedgerAccount:
    entity_id = client.legal_entity_id
    if not opens:
        found = LedgerAccount.objects.filter(
            kind=LedgerKind.CLIENT_WALLET,
            legal_entity_id=entity_id,
            client=client,
            currency=currency,
        ).first()
        if found is None or balances.of(found).posted <= 0:
            sentence = _("The wallet in %(currency)s is empty.")
            raise BadRequest(sentence % {"currency": currency})
        return found
    return chart.account_of(
        LedgerKind.CLIENT_WALLET,
        legal_entity_id=entity_id,
        currency=currency,
        now=now,
        client_id=client.pk,
    )


def _same(transfer: Transfer, request: Request) -> Transfer:
    source = source_place(transfer)
    target = _place(transfer.target_account_id, transfer.target_wallet)
    said = (transfer.client_id, source, target, transfer.amount)
    if said != (request.client_id, request.source, request.target, request.amount):
        raise Conflict(_("This form was used for another transfer."))
    return transfer


def source_place(transfer: Transfer) -> Place:
    """Return where a transfer comes from, as it was asked for."""
    return _place(transfer.source_account_id, transfer.source_wallet)


def _place(account_id: int | None, wallet: LedgerAccount | None) -> Place:
    return Place(account_id=account_id, wallet="" if wallet is None else wallet.currency)


def may_ask(actor: Actor, client_id: int) -> bool:
    """Say whether the actor may ask for a transfer of this client's money."""
    if actor.kind == "system":
        return True
    user = people.find_acting(actor)
    return user is not None and known.is_in_reach(user, REQUEST_TRANSFER, client_id)


def _next_number() -> int:
    """Return the number of the next transfer: the hold in the books names it before its row is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_transfer', 'id'))")
        return int(cursor.fetchone()[0])
