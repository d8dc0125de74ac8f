"""How large the generated broker is, and which one: chosen at its first start, then kept."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from backoffice.demo.errors import DemoError

#: The smallest and the largest that is believed to be meant.
BOUNDS = {
    "clients": (1, 20_000),
    "accounts": (1, 50_000),
    "days": (2, 3_650),
    "seed": (0, 2**31),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A generated broker. The same seed gives the same people and the same accounts."""

    clients: int = 400
    accounts: int = 700
    days: int = 30
    seed: int = 7

    @property
    def strangers(self) -> int:
        """How many people have accounts in MetaTrader and are not registered here yet."""
        return min(self.clients // 50, self.accounts - self.clients)

    @property
    def world(self) -> list[str]:
        """The numbers as the simulated MetaTrader takes them."""
        sizes = {
            "clients": self.clients + self.strangers,
            "accounts": self.accounts,
            "days": self.days,
        }
        return [part for name, size in sizes.items() for part in (f"--{name}", str(size))] + [
            "--seed",
            str(self.seed),
        ]

    def words(self) -> str:
        """Say it in the words of the command line."""
        return " ".join(f"{name.upper()}={value}" for name, value in asdict(self).items())


def asked(environ: Mapping[str, str], line: Sequence[str]) -> dict[str, int]:
    """Return what is asked for, by options or by variables; options win. DemoError for others."""
    parser = argparse.ArgumentParser(
        prog="python -m backoffice.demo", add_help=False, exit_on_error=False, allow_abbrev=False
    )
    for one in fields(Broker):
        parser.add_argument(f"--{one.name}", default=environ.get(one.name.upper()) or None)
    try:
        given, unknown = parser.parse_known_args(line)
    except argparse.ArgumentError as wrong:
        raise DemoError(f"{wrong}: write for example --clients 400.") from None
    if unknown:
        known = ", ".join(f"--{one.name}" for one in fields(Broker))
        raise DemoError(f"There is no option {unknown[0]}: use {known}.")
    return {name: _number(name, text) for name, text in vars(given).items() if text is not None}


def _number(name: str, text: str) -> int:
    low, high = BOUNDS[name]
    if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
        raise DemoError(
            f"{name.upper()} is {text!r} and must be a whole number from {low} to {high}."
        )
    return int(text)


def chosen(wishes: Mapping[str, int], kept: Mapping[str, Any] | None, port: int) -> Broker:
    """Return the broker of a place: the kept one, or a new one. DemoError when they differ."""
    if kept is None:
        broker = Broker(**wishes)
        if broker.accounts < broker.clients:
            raise DemoError(
                f"{broker.accounts} accounts are too few for {broker.clients} clients: everybody "
                "has at least one, so raise ACCOUNTS or lower CLIENTS."
            )
        return broker
    broker = Broker(**kept)
    if broker != Broker(**{**kept, **wishes}):
        raise DemoError(
            f"The broker of the demo on port {port} is made already ({broker.words()}): start it "
            f"without these numbers, start over with `make demo-reset PORT={port}`, or make "
            f"another one beside it with PORT={port + 1}."
        )
    return broker
