"""A workflow is a table: what stands in it is allowed, nothing else is."""

from enum import StrEnum

import pytest

from backoffice.core.errors import Rejected
from backoffice.core.states import IllegalMove, Workflow


class Door(StrEnum):
    OPEN = "OPEN"
    SHUT = "SHUT"
    LOCKED = "LOCKED"


DOOR = Workflow(
    "door",
    {
        (Door.OPEN, "shut"): Door.SHUT,
        (Door.SHUT, "open"): Door.OPEN,
        (Door.SHUT, "lock"): Door.LOCKED,
        (Door.LOCKED, "unlock"): Door.SHUT,
    },
)


def test_every_state_and_verb():
    for state in Door:
        for verb in ("open", "shut", "lock", "unlock"):
            if (state, verb) in DOOR.moves:
                assert DOOR.after(state, verb) is DOOR.moves[state, verb]
            else:
                with pytest.raises(IllegalMove):
                    DOOR.after(state, verb)


def test_a_state_may_come_as_text_from_a_row():
    assert DOOR.after("SHUT", "lock") is Door.LOCKED
    with pytest.raises(ValueError, match="AJAR"):
        DOOR.after("AJAR", "lock")


def test_an_illegal_move_is_a_business_no_and_says_which():
    with pytest.raises(Rejected) as refusal:
        DOOR.after(Door.OPEN, "lock")
    assert (refusal.value.workflow, refusal.value.state, refusal.value.verb) == (
        "door",
        "OPEN",
        "lock",
    )


def test_verbs_are_told_in_the_order_of_the_table():
    assert DOOR.verbs(Door.SHUT) == ("open", "lock")
    assert DOOR.verbs("LOCKED") == ("unlock",)
