"""What every command has: what is looked at before it, how it is sent, how it is read back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trading.gateway.agent.engine import Direct, Reply, ServerFacts
from trading.gateway.errors import NotSent
from trading.terms import Done, Passage


class Order:
    """One command: made where it arrives, everything else happens in the line's thread."""

    money = False
    #: What it means that nothing was read back after a yes.
    missing = "no record of it was found"

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        """Take the arguments of the port; BadMessage for what can never be right."""
        self.passage: Passage = arguments["passage"]
        self._fields = {name: arguments[name] for name in arguments if name != "passage"}

    @property
    def login(self) -> int:
        """Return the login it is for; 0 when MetaTrader will choose one."""
        return int(self._fields.get("login", 0))

    def prepare(self, direct: Direct) -> None:
        """Look, before anything is sent, at what would make it a mistake.

        NotSent in the end-of-day window; BadMessage or Refused where it cannot be done.
        """
        facts = direct.info()
        if facts.closed_window:
            raise NotSent("end_of_day", "MetaTrader is processing the end of its day.")
        self.look(direct, facts)

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        """Look at what this kind of command could get wrong; nothing unless it is overridden."""

    def send(self, direct: Direct) -> Reply:
        """Send it, once."""
        raise NotImplementedError

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        """Return what was booked, or in words why it does not count as that ("": nothing seen)."""
        raise NotImplementedError
