"""The withdrawal's table: every state × every verb, and the same moves in the database."""

import pytest
from django.db import connection

from accounts.states import FINAL, WITHDRAWAL, WITHDRAWAL_LABELS, Withdrawal
from backoffice.core.states import IllegalMove

W = Withdrawal
MOVES = {
    "ask_client": {W.REQUESTED: W.WAITING_CLIENT},
    "supply": {W.WAITING_CLIENT: W.REQUESTED},
    "approve": {W.REQUESTED: W.APPROVED, W.WAITING_CLIENT: W.APPROVED},
    "reject": dict.fromkeys((W.REQUESTED, W.WAITING_CLIENT, W.APPROVED), W.REJECTED),
    "cancel": dict.fromkeys((W.REQUESTED, W.WAITING_CLIENT, W.APPROVED), W.CANCELLED),
    "void_approval": {W.APPROVED: W.REQUESTED},
    "debit": {W.APPROVED: W.DEBITED, W.UNCERTAIN: W.DEBITED},
    "refuse": {W.APPROVED: W.REFUSED, W.UNCERTAIN: W.REFUSED},
    "lose": dict.fromkeys((W.APPROVED, W.DEBITED, W.SENT, W.RETURNING), W.UNCERTAIN),
    "try_again": {W.UNCERTAIN: W.APPROVED},
    "find_unsent": {W.UNCERTAIN: W.DEBITED},
    "find_sent": {W.UNCERTAIN: W.SENT},
    "return_again": {W.UNCERTAIN: W.RETURNING},
    "credit": {W.RETURNING: W.RETURNED, W.UNCERTAIN: W.RETURNED},
    "send": {W.DEBITED: W.SENT},
    "confirm": {W.SENT: W.PAID},
    "return": {W.DEBITED: W.RETURNING, W.SENT: W.RETURNING},
}


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", Withdrawal)
def test_every_state_and_every_verb(state: Withdrawal, verb: str) -> None:
    following = MOVES[verb].get(state)
    if following is not None:
        assert WITHDRAWAL.after(state, verb) is following
    else:
        with pytest.raises(IllegalMove):
            WITHDRAWAL.after(state, verb)


def test_there_is_no_other_verb() -> None:
    assert {verb for _, verb in WITHDRAWAL.moves} == set(MOVES)


def test_nothing_leads_out_of_a_final_state() -> None:
    assert {state for state in Withdrawal if not WITHDRAWAL.verbs(state)} == FINAL


def test_every_state_has_a_name() -> None:
    assert set(WITHDRAWAL_LABELS) == set(Withdrawal)


@pytest.mark.django_db
def test_the_database_knows_the_same_moves() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM accounts_lawful_move")
        known = {tuple(row) for row in cursor.fetchall()}
    assert known == {(str(before), str(after)) for (before, _), after in WITHDRAWAL.moves.items()}
