"""Bank accounts of the house: entered once, with the method whose wires come in there."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.calc.bank.statement import account_key
from accounts.events import BankAccountOpened
from accounts.models import BankAccount, PaymentMethod
from accounts.providers import bank_wire
from accounts.states import Direction, MethodKind
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected


class NotAWire(Rejected):
    """Only a bank wire that can bring money in has a bank account."""


class BankAccountKnown(Conflict):
    """This account, or an account for this method, is entered already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What clients are told to pay to."""

    name: str
    holder: str
    number: str
    bic: str = ""


@transaction.atomic
def open_bank_account(
    *, method_id: int, details: Details, actor: Actor, now: datetime
) -> BankAccount:
    """Enter a bank account for a wire method, which takes deposits from then on."""
    method = locks.rows(PaymentMethod.objects.filter(pk=method_id)).get()
    if method.kind != MethodKind.BANK_WIRE or method.direction == Direction.OUT:
        raise NotAWire(_("Only a bank wire for deposits has a bank account."))
    number = account_key(details.number)
    same = BankAccount.objects.filter(number=number, currency=method.currency)
    if same.exists() or BankAccount.objects.filter(method=method).exists():
        raise BankAccountKnown(_("This bank account, or one for this method, is entered already."))
    account = BankAccount(
        legal_entity_id=method.legal_entity_id,
        method=method,
        name=details.name,
        holder=details.holder,
        number=number,
        bic=details.bic,
        currency=method.currency,
        opened_at=now,
    )
    account.full_clean()
    account.save()
    method.provider = bank_wire.CODE
    method.save(update_fields=["provider"])
    event = BankAccountOpened(bank_account_id=account.pk, currency=account.currency)
    subjects: list[tuple[str, int | str]] = [
        ("bank_account", account.pk),
        ("payment_method", method.pk),
    ]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)
    return account
