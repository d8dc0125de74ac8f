"""Payment methods on offer."""

from django.db.models import Q, QuerySet

from accounts.models import PaymentMethod
from accounts.states import Direction


def method_of(entity_code: str, code: str, currency: str) -> PaymentMethod | None:
    """Return a legal entity's method by its code and currency. For the clockwork's use."""
    return PaymentMethod.objects.filter(
        legal_entity__code=entity_code, code=code, currency=currency
    ).first()


def list_methods_on_offer(
    legal_entity_id: int, *, direction: Direction, currency: str | None = None
) -> QuerySet[PaymentMethod]:
    """Return the active methods of a legal entity for money going this way."""
    way = Q(direction=direction) | Q(direction=Direction.BOTH)
    methods = PaymentMethod.objects.filter(way, legal_entity_id=legal_entity_id, is_active=True)
    if currency is not None:
        methods = methods.filter(currency=currency)
    return methods.order_by("code", "currency")
