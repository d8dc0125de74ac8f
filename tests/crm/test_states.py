"""The table of a client's moves, over every state and verb."""

import pytest

from backoffice.core.states import IllegalMove
from crm.states import CLIENT, CLIENT_STATUS_LABELS, CLIENT_VERB_LABELS, LIVING, ClientStatus

VERBS = sorted(CLIENT_VERB_LABELS)
SEGMENTS = ["activate", "fund", "rest", "silence", "slow", "verify"]


def lawful(status: ClientStatus) -> set[str]:
    if status is ClientStatus.LEAD:
        return {"register", "block", "close"}
    if status is ClientStatus.BLOCKED:
        return {"unblock", "close"}
    if status is ClientStatus.CLOSED:
        return {"reopen"}
    to_itself = {verb for verb in SEGMENTS if CLIENT.moves.get((LIVING[0], verb)) is status}
    return {*SEGMENTS, "block", "close"} - to_itself


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", list(ClientStatus))
def test_every_state_and_verb(status: ClientStatus, verb: str) -> None:
    if verb in lawful(status):
        assert CLIENT.after(status, verb) in ClientStatus
    else:
        with pytest.raises(IllegalMove):
            CLIENT.after(status, verb)


def test_every_state_and_verb_has_a_label() -> None:
    assert set(CLIENT_STATUS_LABELS) == set(ClientStatus)
    assert {verb for _status, verb in CLIENT.moves} == set(CLIENT_VERB_LABELS)
