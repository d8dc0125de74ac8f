"""Who did it, in one value that events and work rows carry as text, `staff:42`; and from where.

Many people of an office share one address, so an address proves nobody to be somebody else; a login
session and a device do. Their digests name nothing that could be used to take a session over.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self, get_args

Kind = Literal["staff", "client", "machine", "system"]
KINDS: tuple[str, ...] = get_args(Kind)
ORIGIN_LENGTH = 32  # hex digits: 128 bits


@dataclass(frozen=True)
class Actor:
    """A person, a machine or a part of the system that acts.

    The key is a user's number for staff, clients and machines, a short name for the system.
    """

    kind: Kind
    key: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"No such kind of actor: {self.kind!r}")
        if not self.key or any(sign in self.key for sign in ": \n"):
            raise ValueError(f"Not a key of an actor: {self.key!r}")
        if self.kind != "system" and not self.key.isdecimal():
            raise ValueError(f"A {self.kind} actor is named by a number, not by {self.key!r}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"

    @classmethod
    def staff(cls, pk: int) -> Self:
        """Return the member of staff whose user row has this number."""
        return cls("staff", str(pk))

    @classmethod
    def client(cls, pk: int) -> Self:
        """Return the client whose user row has this number."""
        return cls("client", str(pk))

    @classmethod
    def machine(cls, pk: int) -> Self:
        """Return the machine (an API key's owner) whose user row has this number."""
        return cls("machine", str(pk))

    @classmethod
    def system(cls, name: str) -> Self:
        """Return a part of the system by its short name, for example `sync`."""
        return cls("system", name)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the actor that `str()` wrote; ValueError when the text is none."""
        kind, _, key = text.partition(":")
        if kind not in KINDS:
            raise ValueError(f"Not an actor: {text!r}")
        return cls(kind, key)  # type: ignore[arg-type]  # checked in the line above


@dataclass(frozen=True, slots=True)
class Proof:
    """The latest second factor of whoever acts: which (`passkey`, `code`, `recovery`), when (UTC),
    and whether it still covers what comes.
    """

    way: str = ""
    at: datetime | None = None
    is_fresh: bool = False


#: Nobody proved anything: clockwork, a machine.
NO_PROOF = Proof()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an act comes from. Empty: not from a session or device (clockwork, an import)."""

    session_digest: str = ""
    device_digest: str = ""
    proof: Proof = NO_PROOF

    @classmethod
    def of(cls, *, session: str | None, device: str | None = None, proof: Proof = NO_PROOF) -> Self:
        """Return the origin of a session's key and a device's name, neither of them kept."""
        return cls(_digest("session", session), _digest("device", device), proof)


#: Clockwork, imports, commands of an administrator: they sit at no screen.
NOWHERE = Origin()


def _digest(what: str, secret: str | None) -> str:
    if not secret:
        return ""
    return hashlib.sha256(f"mt4bo {what}: {secret}".encode()).hexdigest()[:ORIGIN_LENGTH]
