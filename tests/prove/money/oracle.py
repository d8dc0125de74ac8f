"""Judges a run at rest: MetaTrader moved once for each CONFIRMED operation and for nothing else."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

Record = Mapping[str, Any]
OURS = "BO:"
AT_REST = ("CONFIRMED", "REFUSED", "ABANDONED", "MANUAL")
#: What each state of a payment says about its two movements: (debit, return).
MOVED = {
    "DEBITED": (True, False),
    "SENT": (True, False),
    "PAID": (True, False),
    "RETURNED": (True, True),
    "REQUESTED": (False, False),
    "REFUSED": (False, False),
    "REJECTED": (False, False),
    "CANCELLED": (False, False),
}


def doubles(records: Sequence[Record]) -> list[str]:
    """The markers that MetaTrader booked more than once."""
    counted = Counter(marker_of(record) for record in records)
    return [f"{marker}: booked {count} times" for marker, count in counted.items() if count > 1]


def marker_of(record: Record) -> str:
    """Our marker, out of a comment."""
    return str(record["comment"]).split(" ")[0]


def findings(
    told: Mapping[str, Any], records: Sequence[Record], own: Sequence[str] = ()
) -> list[str]:
    """Everything that is wrong; nothing when all is right. `records` are MetaTrader's of ours.

    `own` names the deposits of the run: those of the demo's own story stand as it tells.
    """
    operations: list[Record] = told["operations"]
    found = [told["trouble"]] if told["trouble"] else []
    found += doubles(records)
    found += _unlike(operations, records)
    found += _unlike_payments(told["payments"], operations)
    found += _unlike_deposits({one: told["deposits"].get(one, "none") for one in own}, operations)
    return [*found, *told["findings"], *told["gaps"]]


def _unlike(operations: Sequence[Record], records: Sequence[Record]) -> Iterator[str]:
    booked = {marker_of(record): record for record in records}
    for one in operations:
        record = booked.pop(one["marker"], None)
        name = f"{one['marker']} ({one['state']})"
        if one["state"] not in AT_REST:
            yield f"{name}: not at rest, {one['reason']}"
        if one["state"] == "CONFIRMED":
            if record is None:
                yield f"{name}: MetaTrader has no record of it"
            elif (record["login"], Decimal(record["profit"]), record["ticket"]) != (
                one["login"],
                Decimal(one["amount"]),
                one["ticket"],
            ):
                yield f"{name}: MetaTrader booked something else: {record}"
        elif record is not None and one["state"] != "MANUAL":
            yield f"{name}: MetaTrader moved money all the same, ticket {record['ticket']}"
    for marker in booked:
        yield f"{marker}: in MetaTrader, and no operation of ours"


def _unlike_payments(payments: Mapping[str, str], operations: Sequence[Record]) -> Iterator[str]:
    moved = Counter(
        (str(one["payment"]), one["leg"]) for one in operations if one["state"] == "CONFIRMED"
    )
    manual = {str(one["payment"]) for one in operations if one["state"] == "MANUAL"}
    for number, state in payments.items():
        if number in manual:
            continue
        if state not in MOVED:
            yield f"payment {number}: still {state}"
            continue
        said = tuple(moved[(number, leg)] for leg in ("debit", "return"))
        if said != tuple(int(one) for one in MOVED[state]):
            yield f"payment {number} is {state}, and its legs moved {said} times"


def _unlike_deposits(deposits: Mapping[str, str], operations: Sequence[Record]) -> Iterator[str]:
    """A credited deposit moved once, every other one not at all; none that came in hangs."""
    moved = Counter(str(one["payment"]) for one in operations if one["state"] == "CONFIRMED")
    manual = {str(one["payment"]) for one in operations if one["state"] == "MANUAL"}
    for name, state in deposits.items():
        if name in manual:
            continue
        if state in ("RECEIVED", "UNCERTAIN"):
            yield f"deposit {name}: still {state}"
        elif moved[name] != (state == "CREDITED"):
            yield f"deposit {name} is {state}, and MetaTrader moved {moved[name]} times"
