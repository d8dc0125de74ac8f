"""A provider that settles the till's card method: its lines, its file, and taking it in."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.actions.settlement import importing
from accounts.calc.settlement import writing
from accounts.calc.settlement.statement import Line, Settlement
from accounts.models import Deposit, PaymentMethod, SettlementFile
from accounts.terms.settlement import LineKind
from backoffice.core import clock
from crm.models import Client
from tests.factories.incoming.deposits import CODE
from tests.factories.payments import SYSTEM


def a_line(kind: LineKind, reference: str, amount: str = "0", **changes: Any) -> Line:
    """One line of now; its number is given when the settlement is made."""
    known: dict[str, Any] = {"number": 0, "at": clock.now()}
    figures = {
        name: Decimal(value) for name, value in changes.items() if name in ("fee", "reserve")
    }
    told = {name: value for name, value in changes.items() if name not in figures}
    return Line(kind=kind, reference=reference, amount=Decimal(amount), **(known | told | figures))


def a_capture(deposit: Deposit, **changes: Any) -> Line:
    """The line of a deposit that was paid, as our books have it."""
    told: dict[str, Any] = {"fee": deposit.provider_fee, "about": deposit.charge_id}
    amount = changes.pop("amount", deposit.received_amount)
    return a_line(LineKind.CAPTURE, deposit.provider_reference, str(amount), **(told | changes))


def a_settlement(*lines: Line, number: str = "S-1", **changes: Any) -> Settlement:
    """A settlement of the last month that ends now; its lines stand in the file after the head."""
    known: dict[str, Any] = {
        "number": number,
        "provider": CODE,
        "currency": "USD",
        "since": clock.now() - timedelta(days=30),
        "until": clock.now(),
        "lines": numbered(lines),
    }
    return Settlement(**(known | changes))


def numbered(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines with the numbers that they have in a file of ours."""
    return tuple(
        Line(**{name: getattr(one, name) for name in Line.__slots__} | {"number": number})
        for number, one in enumerate(lines, start=3)
    )


def keep(method: PaymentMethod, body: bytes, actor: Any = SYSTEM) -> SettlementFile:
    """Hand a file in."""
    upload = importing.Upload(method_id=method.pk, name="settlement.csv", body=body)
    return importing.keep_file(upload=upload, actor=actor, now=clock.now())


def settle(method: PaymentMethod, *lines: Line, **changes: Any) -> SettlementFile:
    """Hand a settlement in and import it."""
    file = keep(method, writing.csv_of(a_settlement(*lines, **changes)))
    assert file.state == "waiting", file.words
    file = importing.take_file(file_id=file.pk, actor=SYSTEM, now=clock.now())
    assert file.state == "taken", file.words
    return file


def a_settlement_of(client: Client) -> SettlementFile:
    """A settlement of the client's house with one line that nobody knows; made once, not taken."""
    known = SettlementFile.objects.filter(method__legal_entity=client.legal_entity).first()
    if known is not None:
        return known
    method, _ = PaymentMethod.objects.get_or_create(
        legal_entity=client.legal_entity,
        code="card-settled",
        defaults={
            "name": "Card",
            "kind": "card",
            "currency": "USD",
            "direction": "in",
            "provider": CODE,
        },
    )
    line = a_line(LineKind.CAPTURE, "pi_of_nobody", "10.00", fee="0.10")
    return keep(method, writing.csv_of(a_settlement(line)))
