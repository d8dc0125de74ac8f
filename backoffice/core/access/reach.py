"""How far a permission reaches, and where a row says whose it is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Level(StrEnum):
    """How far a role reaches, from the narrowest to the widest."""

    OWN = "own"
    DESK = "desk"
    ENTITY = "entity"
    ALL = "all"


@dataclass(frozen=True)
class Reach:
    """One grant of a permission: its level, and whose own, which desks, which legal entities.

    `entity_ids` None means every entity; otherwise it narrows every level, and so do `brand_ids`.
    `desk_ids` holds the user's desk and all below it. `single_ids` are clients who were shown to
    the user one by one, wherever they belong (singles.py).
    """

    level: Level
    user_id: int
    desk_ids: frozenset[int] = frozenset()
    entity_ids: frozenset[int] | None = None
    brand_ids: frozenset[int] | None = None
    single_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Scope:
    """The paths from a model to its owner, desk, legal entity, brand: `client__owner_id` and so on;
    and to the client whom it is about, for single grants.

    Without a path that a level needs, that level sees no row. `shared` rows are everybody's who
    holds the permission at all (symbols, for example).
    """

    client: str | None = None
    owner: str | None = None
    desk: str | None = None
    entity: str | None = None
    brand: str | None = None
    shared: bool = False


class Reaching(Protocol):
    """What core asks of a user: how far a permission reaches.

    None: not at all. Several reaches: the user holds it by several roles, and sees their union.
    """

    def reach(self, permission: str) -> Reach | tuple[Reach, ...] | None:
        """Return how far the permission reaches, or None when the user does not hold it."""
