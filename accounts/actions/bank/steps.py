"""Steps of every act on a bank account's rows, inside the act's transaction."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.ledger import book
from accounts.models import BankAccount, BankRow, BankUse, Entry
from accounts.states import LedgerKind
from backoffice.core import access, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.events import Event
from backoffice.core.money import rounded
from backoffice.identity.queries import people


class NotAllowed(Rejected):
    """Whoever acts lacks the right, or the row is out of their reach."""


class NotPossible(Conflict):
    """Nothing like this can be done with the row as it stands now."""


class SamePerson(Rejected):
    """Somebody else has to do this."""


class NoReason(Rejected):
    """This needs a reason."""


def locked(row_id: int) -> BankRow:
    """Return the row of the bank, locked; every use of it queues here."""
    rows = BankRow.objects.select_related("account__method")
    return locks.rows(rows.filter(pk=row_id)).get()


def use_of(row: BankRow) -> BankUse | None:
    """Return what a row is for now, or None while it is nobody's."""
    return BankUse.objects.filter(row=row, undone_at__isnull=True).first()


def require_free(row: BankRow) -> None:
    """Raise NotPossible when the row has a use already."""
    use = use_of(row)
    if use is not None:
        sentence = _("Row %(row)s is %(use)s by now: somebody else was first.")
        raise NotPossible(sentence % {"row": row, "use": use.get_kind_display()})


def require_use(row: BankRow) -> BankUse:
    """Return the row's use; NotPossible when it has none."""
    use = use_of(row)
    if use is None:
        raise NotPossible(_("Row %(row)s is nobody's by now.") % {"row": row})
    return use


def require_way(row: BankRow, *, came_in: bool) -> None:
    """Raise NotPossible when the money of a row went the other way than this use needs."""
    if (row.amount > 0) != came_in:
        raise NotPossible(
            _("This is for money that came in.")
            if came_in
            else _("This is for money that went out.")
        )


def require_right(actor: Actor, permission: object, account: BankAccount) -> None:
    """Raise NotAllowed unless the actor is staff whose right reaches this bank account."""
    require_any_right(actor, (permission,), account)


def require_any_right(actor: Actor, permissions: tuple[object, ...], account: BankAccount) -> None:
    """Raise NotAllowed unless one of these rights of the actor reaches this bank account."""
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    mine = BankAccount.objects.filter(pk=account.pk)
    reached = user is not None and any(
        access.restrict(mine, user, permission).exists() for permission in permissions
    )
    if not reached:
        raise NotAllowed(_("You may not do this with this bank account."))


def require_another(actor: Actor, *others: str) -> None:
    """Raise SamePerson when the actor is one of those who had a hand in it before."""
    if str(actor) in others:
        raise SamePerson(_("Four eyes: somebody else has to do this."))


def require_reason(reason: str) -> str:
    """Return the reason without its ends; NoReason when nothing is left."""
    if not reason.strip():
        raise NoReason(_("Say why."))
    return reason.strip()[:300]


def post_row(row: BankRow, *, actor: Actor, now: datetime) -> Entry:
    """Post what a row moved: between the bank and suspense, once for ever."""
    lines = [
        book.Line(account=bank_account(row.account, now), amount=row.amount),
        book.Line(account=suspense(row, now), amount=-row.amount),
    ]
    name = f"bank:{row.account_id}:{row.reference}"
    return book.post(act=_act(name, row.account, actor, now), lines=lines)


def assign(use: BankUse, target: LedgerKind, *, actor: Actor, now: datetime, **of: int) -> None:
    """Move a row's money from suspense to what it was for; the caller saves the use."""
    row = use.row
    lines = [
        book.Line(account=suspense(row, now), amount=row.amount),
        book.Line(account=of_house(row, target, now, **of), amount=-row.amount),
    ]
    act = _act(f"bank-use:{use.pk}", row.account, actor, now)
    use.entry = book.post(act=act, lines=lines)


def take_back(use: BankUse, *, actor: Actor, now: datetime) -> None:
    """Book back what assigned a row's money; nothing where nothing was booked."""
    if use.entry is not None:
        act = _act(f"bank-use:{use.pk}:undone", use.row.account, actor, now)
        book.reverse(act=act, entry=use.entry)


def bank_account(account: BankAccount, now: datetime) -> Any:
    """Return the account of the books that has to show what the bank's statement shows."""
    return chart.account_of(
        LedgerKind.BANK,
        legal_entity_id=account.legal_entity_id,
        currency=account.currency,
        now=now,
        bank_account_id=account.pk,
    )


def suspense(row: BankRow, now: datetime) -> Any:
    """Return the account of the books on which what is nobody's stands."""
    return of_house(row, LedgerKind.SUSPENSE, now)


def of_house(row: BankRow, kind: LedgerKind, now: datetime, **of: int) -> Any:
    """Return an account of the books of the row's legal entity, in the row's currency."""
    return chart.account_of(
        kind,
        legal_entity_id=row.account.legal_entity_id,
        currency=row.currency,
        now=now,
        **of,
    )


def opening_act(account: BankAccount, actor: Actor, now: datetime) -> book.Act:
    """Return what the entry of a bank account's first balance tells of itself."""
    return _act(f"bank-opening:{account.pk}", account, actor, now)


def emit(row: BankRow, event: Event, *, actor: Actor, now: datetime, **also: int | None) -> None:
    """Announce something about a row: to its own log, and to that of whatever it is bound to."""
    subjects: list[tuple[str, int | str]] = [("bank_row", row.pk)]
    subjects += [(kind, number) for kind, number in also.items() if number is not None]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def told(row: BankRow) -> dict[str, Any]:
    """Return the fields by which an event says which row, and how much moved."""
    amount = rounded(row.amount, row.currency)
    return {"row_id": row.pk, "amount": amount, "currency": row.currency}


def _act(name: str, account: BankAccount, actor: Actor, now: datetime) -> book.Act:
    reference = f"bank_account:{account.pk}"
    return chart.act_of(name, purpose="bank", reference=reference, actor=actor, now=now)
