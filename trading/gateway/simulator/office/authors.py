"""Who does something on the server: a manager, a client's terminal, or the server itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """A login and the address it acts from; login 0 is the server itself."""

    login: int = 0
    ip: str = ""

    @property
    def name(self) -> str:
        """Return how the journal names it."""
        return f"'{self.login}'" if self.login else "server"


SERVER = Author()


def home_of(login: int) -> str:
    """Return the invented address that a client's terminal connects from (RFC 5737)."""
    return f"203.0.113.{login % 254 + 1}"
