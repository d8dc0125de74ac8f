"""Words of the identity room: kinds of users, reach of roles, a person's taste in screens."""

from enum import StrEnum

from backoffice.core.words import noop


class Kind(StrEnum):
    """The three kinds of users that the database keeps apart."""

    STAFF = "staff"
    CLIENT = "client"
    MACHINE = "machine"


class Theme(StrEnum):
    """Light, dark, or as the person's system says."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    """How much a screen shows at once."""

    COMPACT = "compact"
    REGULAR = "regular"
    COMFORTABLE = "comfortable"


class RoleReach(StrEnum):
    """How far a role reaches: the same words as the kernel's levels."""

    OWN = "own"
    DESK = "desk"
    ENTITY = "entity"
    ALL = "all"


class Refusal(StrEnum):
    """Why a sign-in was refused. Told to the log, never to the visitor."""

    PASSWORD = "password"  # noqa: S105 - the name of a reason
    CODE = "code"
    PASSKEY = "passkey"
    LOCKED = "locked"


KIND_LABELS: dict[Kind, str] = {
    Kind.STAFF: noop("Staff"),
    Kind.CLIENT: noop("Client"),
    Kind.MACHINE: noop("Machine"),
}
THEME_LABELS: dict[Theme, str] = {
    Theme.SYSTEM: noop("As the system"),
    Theme.LIGHT: noop("Light"),
    Theme.DARK: noop("Dark"),
}
DENSITY_LABELS: dict[Density, str] = {
    Density.COMPACT: noop("Compact"),
    Density.REGULAR: noop("Regular"),
    Density.COMFORTABLE: noop("Comfortable"),
}
REACH_LABELS: dict[RoleReach, str] = {
    RoleReach.OWN: noop("Own clients"),
    RoleReach.DESK: noop("The desk and those below it"),
    RoleReach.ENTITY: noop("The legal entity"),
    RoleReach.ALL: noop("Everything"),
}
