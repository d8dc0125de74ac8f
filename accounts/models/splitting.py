"""A closed-loop split as a payment keeps it: plain JSON, each amount as text."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from accounts.calc.closed_loop import Line, Route
from backoffice.core.money import rounded


def kept(lines: Iterable[Line], currency: str) -> list[dict[str, object]]:
    """Return the lines as they are stored; PostgreSQL adds them up against the amount."""
    return [
        {
            "source": one.source,
            "kind": one.kind,
            "label": one.label,
            "route": str(one.route),
            "deposit": one.deposit,
            "amount": f"{rounded(one.amount, currency):f}",
            "paid": f"{rounded(one.paid, currency):f}",
            "returned": f"{rounded(one.returned, currency):f}",
        }
        for one in lines
    ]


def lines_of(split: Iterable[Mapping[str, object]]) -> tuple[Line, ...]:
    """Return what was stored."""
    return tuple(
        Line(
            source=str(one["source"]),
            kind=str(one["kind"]),
            label=str(one["label"]),
            route=Route(str(one["route"])),
            deposit=int(str(one["deposit"])) if one["deposit"] is not None else None,
            amount=Decimal(str(one["amount"])),
            paid=Decimal(str(one["paid"])),
            returned=Decimal(str(one["returned"])),
        )
        for one in split
    )
