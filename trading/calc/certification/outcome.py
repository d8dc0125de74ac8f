"""What a check found: how many rows come out, which do not, and which cannot be told."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that does not come out: where it stands, what is printed, what we reckon."""

    place: str
    printed: str
    ours: str


@dataclass(slots=True)
class Check:
    """One check of one statement. Rows in `apart` cannot be derived; they are never counted."""

    name: str
    exact: int = 0
    differing: list[Difference] = field(default_factory=list)
    apart: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Return how many rows could be derived."""
        return self.exact + len(self.differing)

    def compare(self, place: str, printed: Decimal, ours: Decimal) -> None:
        """Count a row: exact where both figures are equal, else a difference."""
        if printed == ours:
            self.exact += 1
        else:
            self.differing.append(Difference(place, f"{printed:f}", f"{ours:f}"))


@dataclass(frozen=True, slots=True)
class SymbolLine:
    """The rows of one symbol: what it is taken for, and how many profits come out."""

    symbol: str
    contract_size: Decimal
    is_inferred: bool
    exact: int
    total: int
    apart: int
    needs: tuple[str, ...]
    lowest_rate: Decimal | None
    highest_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """Everything that was found in one statement."""

    file: str
    rows: int
    currency: str
    is_currency_inferred: bool
    leverage: str
    symbols: tuple[SymbolLine, ...]
    checks: tuple[Check, ...]

    @property
    def exact(self) -> int:
        """Return how many derivable rows come out exactly."""
        return sum(check.exact for check in self.checks)

    @property
    def total(self) -> int:
        """Return how many rows can be derived."""
        return sum(check.total for check in self.checks)
