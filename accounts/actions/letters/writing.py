"""Writes to a client what became of a withdrawal, deposit or transfer, in words meant for them.

An event that has no letter writes none. The number of the event makes the letter one: whoever
answers it twice writes it once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.calc import client_words
from accounts.calc.letters import OF_DEPOSITS, OF_TRANSFERS, OF_WITHDRAWALS, TRANSFER_CAME, Text
from accounts.events import DepositCredited, TransferDone, TransferRequested, WithdrawalPaid
from accounts.models import Deposit, Payment, PaymentCheck, Transfer, wording
from accounts.states import MISSING_LABELS, Verdict
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from crm.actions import letters
from crm.actions.letters import Draft

FREE_FUNDS = 1  # the number of the check


def write_to_client(*, event: Event, number: int, actor: Actor, now: datetime) -> None:
    """Write the letter of an event, if it has one; `number` is the event's own."""
    kind = type(event)
    for texts, about in ABOUT:
        if (text := texts.get(kind)) is not None:
            for draft in about(text, event, number):
                letters.write_letter(draft=draft, actor=actor, now=now)


def _about_withdrawal(text: Text, event: Any, number: int) -> list[Draft]:
    payment = _with_parties(Payment.objects.all()).get(pk=event.payment_id)
    # What is paid is what is left after our fee.
    amount = payment.payout if isinstance(event, WithdrawalPaid) else payment.amount

    def told() -> Mapping[str, str]:
        return {
            **_common(payment, client_words.withdrawal_reads(from_wallet=payment.from_wallet)),
            "place": _taken_from(payment),
            "amount": wording.money(amount, payment.currency),
            "missing": _missing(payment),
            "reason": payment.reject_public or _why_refused(payment),
            "due": formats.date_format(timezone.localtime(payment.due_at), "DATE_FORMAT"),
            "page": f"{settings.SITE_URL}{settings.PORTAL_PATH}withdrawals/{payment.pk}/",
        }

    return [_draft(text, payment, ("payment", payment.pk), number, told)]


def _about_deposit(text: Text, event: Any, number: int) -> list[Draft]:
    deposit = _with_parties(Deposit.objects.all()).get(pk=event.deposit_id)
    # What came, in its own currency; on the account stands what is left after our fee.
    is_credit = isinstance(event, DepositCredited)
    came = (deposit.amount, deposit.amount_currency)

    def told() -> Mapping[str, str]:
        return {
            **_common(deposit, client_words.DEPOSIT_READS),
            "amount": wording.money(*((event.amount, event.currency) if is_credit else came)),
            "page": f"{settings.SITE_URL}{settings.PORTAL_PATH}deposits/{deposit.pk}/",
        }

    return [_draft(text, deposit, ("deposit", deposit.pk), number, told)]


def _about_transfer(text: Text, event: Any, number: int) -> list[Draft]:
    """One for whose money it was, one for another client whom it reached.

    Between a client's own places it goes at once: only then is the end worth a letter.
    """
    sides = ("source_account", "target_account", "source_wallet", "target_wallet")
    transfer = Transfer.objects.select_related(*sides).get(pk=event.transfer_id)
    if isinstance(event, TransferRequested) and not transfer.is_to_another:
        return []
    about = ("transfer", transfer.pk)

    def told() -> Mapping[str, str]:
        to = _("another client") if transfer.is_to_another else _place(transfer, "target")
        return {
            "number": str(transfer),
            "amount": wording.money(transfer.amount, transfer.currency),
            "source": _place(transfer, "source"),
            "target": to,
            "stage": _(client_words.TRANSFER_READS[transfer.state]),
            "page": f"{settings.SITE_URL}{settings.PORTAL_PATH}transfers/{transfer.pk}/",
        }

    drafts = [_draft(text, transfer, about, number, told)]
    if isinstance(event, TransferDone) and transfer.is_to_another:
        drafts.append(_came(transfer, about, number))
    return drafts


def _came(transfer: Transfer, about: tuple[str, int], number: int) -> Draft:
    """Return the letter to whom it reached; it says neither number nor name of whose it was."""
    arrived = wording.money(transfer.target_amount or transfer.amount, transfer.target_currency)
    return Draft(
        client_id=transfer.to_client_id,
        key=f"event:{number}:came",
        code=TRANSFER_CAME.code,
        about=about,
        subject=TRANSFER_CAME.subject,
        body=TRANSFER_CAME.body,
        told=lambda: {"amount": arrived, "account": _login(transfer)},
    )


def _login(transfer: Transfer) -> str:
    return "" if transfer.target_account is None else str(transfer.target_account.login)


def _place(transfer: Transfer, side: str) -> str:
    account, wallet = getattr(transfer, f"{side}_account"), getattr(transfer, f"{side}_wallet")
    if account is not None:
        return _("account %(login)s") % {"login": account.login}
    return _("your wallet %(currency)s") % {"currency": wallet.currency}


def _with_parties(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("client", "account", "method")


def _common(record: Any, reads: Mapping[str, str]) -> dict[str, str]:
    return {
        "number": str(record),
        "account": str(record.account.login),
        "method": record.method.name,
        "stage": _(reads[record.state]),
    }


def _taken_from(payment: Payment) -> str:
    """Return what a withdrawal leaves: an account, or the wallet in its currency."""
    if payment.from_wallet:
        return _("your wallet %(currency)s") % {"currency": payment.currency}
    return _("account %(login)s") % {"login": payment.account.login}


def _draft(
    text: Text,
    record: Any,
    about: tuple[str, int],
    number: int,
    told: Callable[[], Mapping[str, str]],
) -> Draft:
    return Draft(
        client_id=record.client_id,
        key=f"event:{number}",
        code=text.code,
        about=about,
        subject=text.subject,
        body=text.body,
        told=told,
    )


def _missing(payment: Payment) -> str:
    lines = [f"- {_(MISSING_LABELS[one])}" for one in payment.missing]
    return "\n".join([*lines, payment.missing_text] if payment.missing_text else lines)


def _why_refused(payment: Payment) -> str:
    """Return why it could not be carried out, without what MetaTrader or staff said of it."""
    funds = PaymentCheck.objects.filter(
        payment=payment, run=payment.latest_run, number=FREE_FUNDS, verdict=Verdict.RED
    ).first()
    if funds is None:
        return _("the trading server did not accept it")
    return _("not enough free funds (limit %(free)s)") % {
        "free": wording.written(funds.facts["free"])
    }


#: The letters of one kind of record, and what drafts them.
ABOUT: tuple[tuple[Mapping[type[Event], Text], Callable[..., list[Draft]]], ...] = (
    (OF_WITHDRAWALS, _about_withdrawal),
    (OF_DEPOSITS, _about_deposit),
    (OF_TRANSFERS, _about_transfer),
)
