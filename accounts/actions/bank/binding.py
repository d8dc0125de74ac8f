"""A row of money that came in is bound to the deposit it pays, or becomes one.

The row is the lock: two people bind it at once, and one is first. From there the deposit goes its
ordinary way: rules, review, MetaTrader. Where the house bears what banks kept, or the row and the
deposit are one person's word, a second person has to agree before anything is credited.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.actions.bank import steps
from accounts.actions.deposits import arriving, starting
from accounts.actions.deposits import steps as deposit_steps
from accounts.actions.deposits.starting import Parties, Request
from accounts.calc.bank.reference import DEPOSIT, Reference, references_in
from accounts.events import BankRowProposed, BankRowUsed
from accounts.models import BankRow, BankUse, Deposit, wording
from accounts.permissions import BIND_WIRES
from accounts.providers import bank_wire
from accounts.providers.port import Notice, Payer, Told
from accounts.states import LedgerKind
from accounts.terms import Outcome, Review, Use
from backoffice.core import locks
from backoffice.core.actors import NOWHERE, Actor
from backoffice.core.errors import Conflict
from backoffice.core.money import is_exact
from backoffice.machines.queries import hands
from crm.queries import known
from trading.queries import money

NOTHING = Decimal(0)
#: More of an amount than this is no fee of a bank.
MOST_FEE = Decimal("0.05")
LARGEST_SMALL_FEE = Decimal(100)
BUSY_MS = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What the banks on the way kept of the client's money, and why the house bears it."""

    fee: Decimal = NOTHING
    reason: str = ""


@transaction.atomic
def bind_row(
    *,
    row_id: int,
    deposit_id: int,
    actor: Actor,
    now: datetime,
    corrected: Corrected | None = None,
) -> BankUse:
    """Say that a row pays a deposit. With a fee that the house bears a second person agrees first.

    Raises NotAllowed, NotPossible, NoReason. Money for one that had ended, or that had its money
    already, is a new, linked deposit, which somebody decides about.
    """
    row = _free_row(row_id, actor)
    deposit = deposit_steps.locked(deposit_id)
    require_fits(row, deposit)
    wish = corrected or Corrected()
    if not wish.fee:
        use = BankUse(row=row, kind=Use.DEPOSIT, deposit=deposit, made_by=str(actor), made_at=now)
        use.save()
        return carry_out(use, (), actor, now)
    return _propose(row, deposit, wish, actor, now)


@transaction.atomic
def make_deposit(*, row_id: int, account_id: int, actor: Actor, now: datetime) -> BankUse:
    """Make a deposit to a trading account out of a row; somebody else decides about it.

    Raises NotAllowed, NotPossible.
    """
    row = _free_row(row_id, actor)
    return make(row, account_id, Review.ALONE, actor, now)


def make(row: BankRow, account_id: int, code: Review, actor: Actor, now: datetime) -> BankUse:
    """Begin the deposit of a locked, free row, and let it arrive in review."""
    client, currency = _owner_of(row, account_id)
    use = BankUse(row=row, kind=Use.DEPOSIT, made_by=str(actor), made_at=now)
    use.save()
    key = uuid5(chart.BOOKS, f"deposit of bank use {use.pk}")
    request = Request(
        key=key, account_id=account_id, amount=row.amount, method_id=row.account.method_id
    )
    parties = Parties(client, currency, row.account.method)
    use.deposit = starting.begin(request, parties, actor, NOWHERE, now)
    return carry_out(use, (code,), actor, now)


def _free_row(row_id: int, actor: Actor) -> BankRow:
    row = steps.locked(row_id)
    steps.require_right(actor, BIND_WIRES, row.account)
    steps.require_free(row)
    steps.require_way(row, came_in=True)
    return row


def require_fits(row: BankRow, deposit: Deposit) -> None:
    """Raise NotPossible when this row cannot be this deposit's money."""
    is_ours = deposit.legal_entity_id == row.account.legal_entity_id
    if not is_ours or deposit.method.provider != bank_wire.CODE:
        raise steps.NotPossible(
            _("Deposit %(deposit)s waits for no wire to this account.") % {"deposit": deposit}
        )


def _propose(
    row: BankRow, deposit: Deposit, wish: Corrected, actor: Actor, now: datetime
) -> BankUse:
    fee, most = wish.fee, min(row.amount, max(row.amount * MOST_FEE, LARGEST_SMALL_FEE))
    if not fee.is_finite() or fee < 0 or not is_exact(fee, row.currency) or fee > most:
        sentence = _("%(fee)s is no fee that banks keep of such an amount: at most %(most)s.")
        raise steps.NotPossible(sentence % {"fee": fee, "most": f"{most:.2f}"})
    reason = steps.require_reason(wish.reason)
    use = BankUse(
        row=row,
        kind=Use.DEPOSIT,
        deposit=deposit,
        fee=fee,
        reason=reason,
        needs_second=True,
        made_by=str(actor),
        made_at=now,
    )
    use.save()
    event = BankRowProposed(**steps.told(row), use=str(use.kind), fee=fee, reason=reason)
    steps.emit(row, event, actor=actor, now=now, deposit=deposit.pk)
    return use


def carry_out(use: BankUse, codes: tuple[Review, ...], actor: Actor, now: datetime) -> BankUse:
    """Book the row out of suspense and let the deposit arrive with it."""
    row, deposit = use.row, use.deposit
    if deposit is None:
        raise Conflict(_("The row names no deposit."))
    steps.assign(
        use,
        LedgerKind.METHOD_CLEARING,
        actor=actor,
        now=now,
        payment_method_id=deposit.method_id,
    )
    codes = codes or _doubts(use, deposit)
    taken = arriving.take_notice(
        notice=_notice(use, deposit), provider=bank_wire.CODE, actor=actor, now=now, codes=codes
    )
    if taken.outcome not in (Outcome.APPLIED, Outcome.NEW_DEPOSIT) or taken.deposit is None:
        raise Conflict(_("The deposit did not take it: look at it again."))
    use.deposit = taken.deposit
    use.save()
    event = BankRowUsed(**steps.told(row), use=str(use.kind))
    steps.emit(row, event, actor=actor, now=now, deposit=taken.deposit.pk)
    return use


def _doubts(use: BankUse, deposit: Deposit) -> tuple[Review, ...]:
    """Return why one person's word that this row is this deposit's is not enough; () for enough.

    It never is of who began the deposit, or handed the statement in: a file can be written. What a
    second person agreed to is looked at already.
    """
    if use.agreed_by:
        return ()
    row = use.row
    words_of = (deposit.started_by, row.statement.file.kept_by)
    if not hands.is_another(Actor.parse(use.made_by), words_of):
        return (Review.ALONE,)
    if Reference(DEPOSIT, deposit.pk) in references_in(row.text, row.end_to_end):
        return ()
    before = BankUse.objects.filter(
        kind=Use.DEPOSIT,
        deposit__client=deposit.client_id,
        undone_at__isnull=True,
        entry__isnull=False,
        row__other_key=row.other_key,
    )
    is_seen = bool(row.other_key) and before.exclude(pk=use.pk).exists()
    return () if is_seen else (Review.UNSURE,)


def _notice(use: BankUse, deposit: Deposit) -> Notice:
    """Return the row as a provider's word: what was sent is what came and what banks kept of it."""
    row = use.row
    payer = Payer(kind="bank", key=row.other_key, label=row.other_masked, holder=row.other_name)
    return Notice(
        key=deposit.key,
        told=Told.PAID,
        charge_id=deposit.charge_id,
        reference=f"{row}-{use.pk}",
        amount=row.amount + use.fee,
        currency=row.currency,
        fee=use.fee,
        payer=payer,
    )


def _owner_of(row: BankRow, account_id: int) -> tuple[Any, str]:
    """Return whose a trading account is, and its currency; NotPossible when money may not go there.

    Another currency than the row's is let in: the deposit is reviewed and can be sent back.
    """
    locks.advisory(f"accounts.money.{account_id}", timeout_ms=BUSY_MS)
    account = money.account_money(account_id)
    client = known.get_client(account.client_id) if account and account.client_id else None
    if account is None or client is None or client.legal_entity_id != row.account.legal_entity_id:
        raise steps.NotPossible(_("This trading account is no client's of this legal entity."))
    if account.is_demo:
        raise steps.NotPossible(wording.demo(account.login))
    return client, account.currency
