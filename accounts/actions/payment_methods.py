"""Payment methods: what a legal entity offers its clients for money in and out."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.events import PaymentMethodOffered, PaymentMethodRouted
from accounts.models import PaymentMethod
from accounts.states import Direction, MethodKind
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict


class MethodKnown(Conflict):
    """The legal entity has a method of this code in this currency already."""


@transaction.atomic
def offer_method(
    *,
    legal_entity_id: int,
    code: str,
    name: str,
    kind: MethodKind,
    currency: str,
    actor: Actor,
    now: datetime,
) -> PaymentMethod:
    """Offer a method for money in both directions. Raises MethodKnown."""
    locks.advisory("accounts.payment_methods", timeout_ms=2_000)
    same = {"legal_entity_id": legal_entity_id, "code": code, "currency": currency}
    if PaymentMethod.objects.filter(**same).exists():
        sentence = _("There is a payment method %(code)s in %(currency)s already.")
        raise MethodKnown(sentence % {"code": code, "currency": currency})
    method = PaymentMethod(**same, name=name, kind=kind, direction=Direction.BOTH)
    method.full_clean()
    method.save()
    outbox.emit(
        PaymentMethodOffered(method_id=method.pk, code=code, currency=currency),
        actor=actor,
        subjects=[("legal_entity", legal_entity_id), ("payment_method", method.pk)],
        now=now,
    )
    return method


@transaction.atomic
def take_deposits_by(*, method_id: int, provider: str, actor: Actor, now: datetime) -> None:
    """Let a method take deposits, and nothing else, through a provider of this code."""
    method = locks.rows(PaymentMethod.objects.filter(pk=method_id)).get()
    if (method.provider, method.direction) == (provider, Direction.IN):
        return
    method.provider, method.direction = provider, Direction.IN
    method.full_clean()
    method.save()
    outbox.emit(
        PaymentMethodRouted(method_id=method.pk, code=method.code, provider=provider),
        actor=actor,
        subjects=[("legal_entity", method.legal_entity_id), ("payment_method", method.pk)],
        now=now,
    )
