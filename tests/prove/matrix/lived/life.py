"""What a life of the matrix is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.factories.payments import Till


@dataclass
class Life:
    """One movement: `prepare` stands before the first step, `press` is done again and again."""

    name: str
    prepare: Callable[[Any], None]  # is given the world
    press: Callable[[Till], None]
    is_over: Callable[[Till], bool]
    #: Whether MetaTrader is asked to move money: without it only the first fault says anything.
    moves: bool = True
    #: How many movements pass before the one that the fault strikes.
    passes: int = 0
