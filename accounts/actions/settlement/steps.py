"""Steps of every act on a provider's settlement, inside the act's transaction."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.ledger import book
from accounts.models import Discrepancy, Entry, LedgerAccount, PaymentMethod, SettlementFile
from accounts.states import LedgerKind
from backoffice.core import access, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.core.events import Event
from backoffice.identity.queries import people

BUSY_MS = 20_000
Sums = list[tuple[LedgerKind, Decimal]]


class NotAllowed(Rejected):
    """Whoever acts lacks the right, or the method is out of their reach."""


def lock(method_id: int) -> None:
    """Hold a method's settlements until the transaction ends; Later when they are busy."""
    locks.advisory(f"accounts.settlement.{method_id}", timeout_ms=BUSY_MS)


def require_right(actor: Actor, permission: object, method: PaymentMethod) -> None:
    """Raise NotAllowed unless the actor is staff whose right reaches the method, or the house."""
    if actor.kind == "system":
        return
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    mine = PaymentMethod.objects.filter(pk=method.pk)
    if user is None or not access.restrict(mine, user, permission).exists():
        raise NotAllowed(_("You may not do this with this payment method."))


def post(
    name: str, method: PaymentMethod, moved: Decimal, others: Sums, *, actor: Actor, now: datetime
) -> Entry:
    """Move this much on the method's clearing, and the other way on these accounts; once a name."""
    sums = [(LedgerKind.METHOD_CLEARING, moved), *others]
    lines = [book.Line(account=account(method, kind, now), amount=one) for kind, one in sums if one]
    reference = f"payment_method:{method.pk}"
    act = chart.act_of(name, purpose="settlement", reference=reference, actor=actor, now=now)
    return book.post(act=act, lines=lines)


def account(method: PaymentMethod, kind: LedgerKind, now: datetime) -> LedgerAccount:
    """Return an account of the books of the method's legal entity, in the method's currency."""
    is_own = kind in (LedgerKind.METHOD_CLEARING, LedgerKind.PROVIDER_RESERVE)
    return chart.account_of(
        kind,
        legal_entity_id=method.legal_entity_id,
        currency=method.currency,
        now=now,
        **({"payment_method_id": method.pk} if is_own else {}),
    )


def emit(
    record: SettlementFile | Discrepancy, event: Event, *, actor: Actor, now: datetime
) -> None:
    """Announce something about a file or a case: to its own log and that of its method."""
    kind = "settlement_file" if isinstance(record, SettlementFile) else "difference"
    subjects: list[tuple[str, int | str]] = [
        (kind, record.pk),
        ("payment_method", record.method_id or 0),
    ]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)
