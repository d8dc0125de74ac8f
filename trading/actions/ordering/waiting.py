"""Why a change of an account has to wait, as those say who stand above: money that is under way.

The house's money stands on this room, not the other way round: it registers its question here.
"""

from collections.abc import Callable

from trading.states import AccountVerb

#: What changes the ground that money under way stands on.
WAITING = (AccountVerb.GROUP, AccountVerb.LEVERAGE)
#: account → why it has to wait, in words; "" where nothing stands in the way.
Question = Callable[[int], str]
_questions: dict[str, Question] = {}


def register(name: str, question: Question) -> None:
    """Have a question asked before any change of group or leverage is sent."""
    _questions[name] = question


def reason_for(verb: AccountVerb, account_id: int | None) -> str:
    """Return why a command has to wait, or ""."""
    if verb not in WAITING or account_id is None:
        return ""
    answers = (question(account_id) for question in _questions.values())
    return next((words for words in answers if words), "")
