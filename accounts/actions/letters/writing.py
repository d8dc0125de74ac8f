"""Writes to a client what became of a withdrawal or a deposit, in words meant for them.

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
from accounts.calc.letters import OF_DEPOSITS, OF_WITHDRAWALS, Text
from accounts.events import DepositCredited
from accounts.models import Deposit, Payment, PaymentCheck, wording
from accounts.states import MISSING_LABELS, Verdict
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from crm.actions import letters
from crm.actions.letters import Draft

FREE_FUNDS = 1  # the number of the check


def write_to_client(*, event: Event, number: int, actor: Actor, now: datetime) -> None:
    """Write the letter of an event, if it has one; `number` is the event's own."""
    text = OF_WITHDRAWALS.get(type(event)) or OF_DEPOSITS.get(type(event))
    if text is None:
        return
    about = _about_withdrawal if type(event) in OF_WITHDRAWALS else _about_deposit
    letters.write_letter(draft=about(text, event, number), actor=actor, now=now)


def _about_withdrawal(text: Text, event: Any, number: int) -> Draft:
    payment = _with_parties(Payment.objects.all()).get(pk=event.payment_id)

    def told() -> Mapping[str, str]:
        return {
            **_common(payment, client_words.WITHDRAWAL_READS),
            "amount": wording.money(payment.amount, payment.currency),
            "missing": _missing(payment),
            "reason": payment.reject_public or _why_refused(payment),
            "due": formats.date_format(timezone.localtime(payment.due_at), "DATE_FORMAT"),
            "page": f"{settings.SITE_URL}{settings.PORTAL_PATH}withdrawals/{payment.pk}/",
        }

    return _draft(text, payment, ("payment", payment.pk), number, told)


def _about_deposit(text: Text, event: Any, number: int) -> Draft:
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

    return _draft(text, deposit, ("deposit", deposit.pk), number, told)


def _with_parties(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("client", "account", "method")


def _common(record: Any, reads: Mapping[str, str]) -> dict[str, str]:
    return {
        "number": str(record),
        "account": str(record.account.login),
        "method": record.method.name,
        "stage": _(reads[record.state]),
    }


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
