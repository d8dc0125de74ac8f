"""A transfer to another client: named by account number and e-mail address, both have to match.

Who the other is is never told to whoever sends: one sentence answers every mismatch. It goes when
those agree whom the policy of its kind names (approving.py), and not at all where the legal
entity's policy `transfers` is off.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.transfers import approving, requesting, steps
from accounts.actions.transfers.requesting import Place, Request, Side
from accounts.actions.withdrawals import BadRequest
from accounts.calc.transfer_rules import BetweenClients
from accounts.models import Transfer
from accounts.queries.disputes import rows
from accounts.queries.transfers import funds
from backoffice.core import locks
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict
from crm.queries import known
from trading.queries import money, trading_accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What is asked for: to the account of this number, whose owner has this e-mail address."""

    key: UUID
    client_id: int
    source: Place
    login: int
    email: str
    amount: Decimal
    seen_rate: Decimal | None = None
    note: str = ""

    def to(self, account_id: int) -> Request:
        """Return it as a request, its target found."""
        return Request(
            key=self.key,
            client_id=self.client_id,
            source=self.source,
            target=Place(account_id=account_id),
            amount=self.amount,
            seen_rate=self.seen_rate,
            note=self.note,
        )


@transaction.atomic
def request_gift(*, gift: Gift, actor: Actor, origin: Origin = NOWHERE, now: datetime) -> Transfer:
    """Ask for a transfer to another client; the amount is on hold until others have decided.

    Raises what `request_transfer` raises; BadRequest where number and address do not match.
    """
    locks.advisory(f"accounts.transfer.{gift.key}", timeout_ms=requesting.BUSY_MS)
    client = known.get_client(gift.client_id)
    if client is None or not requesting.may_ask(actor, client.pk):
        raise steps.NotAllowed(_("You may not ask for a transfer for this client."))
    known_one = Transfer.objects.filter(key=gift.key).first()
    if known_one is not None:
        return _same(known_one, gift)
    rules = funds.rules_for(client.legal_entity_id, now)
    if rules.between_clients is not BetweenClients.APPROVE:
        raise BadRequest(_("Transfers to other clients are not offered."))
    if rows.count_open(client.pk):
        raise BadRequest(
            _("A payment of this client is disputed: nothing goes to other clients meanwhile.")
        )
    source = requesting.side_of(gift.source, client, now, opens=False)
    target = recipient(gift.login, gift.email, source)
    request = gift.to(target.account_id or 0)
    requesting.require_lawful(request, source, target, least_level=rules.others_kyc_level)
    requesting.rate_of(source, target, rules, gift.seen_rate, now)
    transfer = requesting.begin(request, source, target, actor=actor, origin=origin, now=now)
    approving.ask(transfer, actor=actor, origin=origin, now=now)
    return transfer


def recipient(login: int, email: str, source: Side) -> Side:
    """Return the account whose number and owner's address match; BadRequest for anything else."""
    asked, found = email.strip().casefold(), []
    for account_id in trading_accounts.ids_of_login(login):
        account = money.account_money(account_id)
        owner = known.get_client(account.client_id or 0) if account is not None else None
        if account is None or owner is None or not account.is_open or not asked:
            continue
        if account.is_demo:
            continue
        if (
            owner.email.casefold() == asked
            and owner.legal_entity_id == source.client.legal_entity_id
        ):
            found.append((account, owner))
    if len(found) != 1:
        raise BadRequest(_("Account number and e-mail address do not match."))
    ((account, owner),) = found
    if owner.pk == source.client.pk:
        raise BadRequest(_("This is an account of the same client: choose it as the target."))
    return Side(
        client=owner,
        currency=account.currency,
        words=f"{account.login} · {account.server}",
        account_id=account.account_id,
        server_id=account.server_id,
    )


def _same(transfer: Transfer, gift: Gift) -> Transfer:
    account = money.account_money(transfer.target_account_id or 0)
    login = 0 if account is None else account.login
    said = (transfer.client_id, requesting.source_place(transfer), transfer.amount, login)
    if said != (gift.client_id, gift.source, gift.amount, gift.login):
        raise Conflict(_("This form was used for another transfer."))
    return transfer
