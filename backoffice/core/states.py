"""Workflow: a table of moves that says what may follow what."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from backoffice.core.errors import Conflict

State = TypeVar("State", bound=StrEnum)


class IllegalMove(Conflict):
    """The verb is not allowed in this state; it carries the workflow's name, state and verb."""

    def __init__(self, workflow: str, state: str, verb: str) -> None:
        super().__init__(f"{workflow}: {verb} is not possible in state {state}.")
        self.workflow = workflow
        self.state = state
        self.verb = verb


class Workflow(Generic[State]):
    """A named table: (state, verb) → the state that follows."""

    def __init__(self, name: str, moves: Mapping[tuple[State, str], State]) -> None:
        self.name = name
        self.moves = dict(moves)
        self._states: type[State] = type(next(iter(self.moves.values())))

    def after(self, state: State | str, verb: str) -> State:
        """Return the state that follows; IllegalMove when the verb is not allowed here.

        A database row holds its state as text, so text is taken too.
        """
        following = self.moves.get((self._states(state), verb))
        if following is None:
            raise IllegalMove(self.name, str(state), verb)
        return following

    def verbs(self, state: State | str) -> tuple[str, ...]:
        """Return the verbs that are allowed in this state, in the table's order."""
        return tuple(verb for (start, verb) in self.moves if start == state)
