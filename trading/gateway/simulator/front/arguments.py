"""The arguments of one request, read by name and kind; anything else is `No` 3."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from trading.gateway.errors import BadMessage
from trading.gateway.simulator.orders import Order
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.wire import decode

T = TypeVar("T")
NOTHING = Decimal(0)
LARGEST = 2**31 - 1
LARGEST_AMOUNT = Decimal(10) ** 12


class Arguments:
    """What came in `args`; every method raises `No` 3 for a value of another kind."""

    def __init__(self, given: object) -> None:
        if given is not None and not isinstance(given, dict):
            raise No(Code.INVALID_DATA, "args is no object")
        self._given: dict[str, Any] = given or {}

    def record(self) -> dict[str, Any]:
        """Return everything that came, for who reads it as one record."""
        return dict(self._given)

    def whole(self, name: str, default: int | None = 0) -> int:
        """Return a whole number of 32 bits."""
        number: int = self._read(int, name, default)
        if abs(number) > LARGEST:
            raise No(Code.INVALID_DATA, f"{name} does not fit into 32 bits")
        return number

    def unsigned(self, name: str) -> int:
        """Return a whole number of 32 bits without a sign."""
        number: int = self._read(int, name, 0)
        if not 0 <= number <= 2 * LARGEST + 1:
            raise No(Code.INVALID_DATA, f"{name} does not fit into 32 bits")
        return number

    def flag(self, name: str) -> bool:
        """Return a yes or no; no where it is left out."""
        flag: bool = self._read(bool, name, False)
        return flag

    def text(self, name: str, default: str | None = "") -> str:
        """Return a text."""
        text: str = self._read(str, name, default)
        return text

    def amount(self, name: str, default: Decimal | None = NOTHING) -> Decimal:
        """Return a decimal from its text."""
        number: Decimal = self._read(Decimal, name, default)
        if abs(number) >= LARGEST_AMOUNT:
            raise No(Code.INVALID_DATA, f"{name} is out of all measure")
        return number

    def moment(self, name: str) -> datetime:
        """Return a moment that must be there, in UTC."""
        moment: datetime = self._read(datetime, name, None)
        return moment

    def perhaps(self, name: str, read: Callable[[str], T]) -> T | None:
        """Return a value where one is given, None where it is null or left out."""
        return None if self._given.get(name) is None else read(name)

    def given(self, name: str) -> Any:
        """Return a value as it came, None where it is left out."""
        return self._given.get(name)

    def term(self, name: str, kind: type[T]) -> T:
        """Return a term that must be there, in the notation of the wire."""
        term: T = self._read(kind, name, None)
        return term

    def wholes(self, name: str) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        return tuple(self._read(tuple[int, ...], name, ()))

    def order(self, *, login: str, ticket: str) -> Order:
        """Return an order; `login` and `ticket` are the names that these two go by here."""
        return Order(
            cmd=self.whole("cmd"),
            ticket=self.whole(ticket),
            login=self.whole(login),
            symbol=self.text("symbol"),
            volume=self.whole("volume"),
            price=self.amount("price"),
            sl=self.amount("sl"),
            tp=self.amount("tp"),
            comment=self.text("comment"),
            expiration=self.perhaps("expiration", self.moment),
            magic=self.whole("magic"),
        )

    def _read(self, kind: Any, name: str, default: Any) -> Any:
        value = self._given.get(name)
        if value is None:
            if default is None:
                raise No(Code.INVALID_DATA, f"{name} is missing")
            return default
        try:
            return decode(kind, value, name)
        except BadMessage as wrong:
            raise No(Code.INVALID_DATA, str(wrong)) from wrong
