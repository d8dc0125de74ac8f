"""What PostgreSQL's guard said no to, in words for the person who asked."""

from typing import Final

from django.db import IntegrityError
from django.utils.translation import gettext as _

from backoffice.core.errors import Conflict, Rejected
from backoffice.core.words import noop


class SamePerson(Rejected):
    """Somebody else has to do this: he asked for it, or sits where it was asked for."""


class NotYours(Rejected):
    """Whoever votes lacks the right, or has no seat in it."""


class LookAgain(Conflict):
    """What was voted on is not what is there now."""


class OverAlready(Conflict):
    """It is decided, taken back, expired or void by now."""


class AnotherWaits(Conflict):
    """Something of this kind about the same record is asked for already and not over."""


class NotAskable(Rejected):
    """Whoever asks may not ask for this."""


SENTENCES: Final[dict[str, tuple[type[Rejected], str]]] = {
    "approvals_vote_maker": (SamePerson, noop("Four eyes: somebody else has to do this.")),
    "approvals_vote_hand": (
        SamePerson,
        noop("Four eyes: an integration asked for it that you had a hand in."),
    ),
    "approvals_vote_session": (
        SamePerson,
        noop("Four eyes: it was asked for in this very login session."),
    ),
    "approvals_vote_device": (SamePerson, noop("Four eyes: it was asked for on this very device.")),
    "approvals_vote_benefit": (
        SamePerson,
        noop("Nobody decides for their own benefit: it is about you, or about what you hold."),
    ),
    "approvals_vote_twice": (SamePerson, noop("You agreed already: another has to agree too.")),
    "approvals_vote_seat": (OverAlready, noop("Somebody else took this seat a moment ago.")),
    "approvals_vote_right": (NotYours, noop("No seat of this decision is yours.")),
    "approvals_vote_payload": (LookAgain, noop("What is asked for changed: look again.")),
    "approvals_vote_late": (OverAlready, noop("Its time is over: it has to be asked for again.")),
    "approvals_vote_closed": (OverAlready, noop("This is decided already, or was taken back.")),
    "approvals_vote_early": (OverAlready, noop("This was asked for after that moment.")),
    "approvals_vote_reason": (Rejected, noop("Say why.")),
    "approvals_request_alone": (
        AnotherWaits,
        noop("This waits for a decision already: it is decided, or taken back, first."),
    ),
    "approvals_request_asker": (NotAskable, noop("You may not ask for this.")),
    "approvals_request_policy": (NotAskable, noop("No policy says who has to agree to this.")),
    "approvals_request_canceller": (
        SamePerson,
        noop("Only who asked can take it back; others turn it down."),
    ),
    "approvals_request_quorum": (
        OverAlready,
        noop("Somebody who agreed may not agree to it any more."),
    ),
}


def constraint_of(error: IntegrityError) -> str:
    """Return the name of the constraint that refused, or nothing."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", "") or ""


def told(error: IntegrityError) -> Rejected | None:
    """Return the guard's no as what a door can be told; None for any other error."""
    found = SENTENCES.get(constraint_of(error))
    return None if found is None else found[0](_(found[1]))


def sentence_of(constraint: str) -> str:
    """Return the words of an objection by its name; nothing for none."""
    return _(SENTENCES[constraint][1]) if constraint else ""
