"""The challenge of a passkey between two requests: kept in the session, for one purpose, once.

A purpose is a kind (`sign-in`, `enrol`, `add`, `act`), perhaps with what exactly after a colon; of
each kind one challenge waits at a time.
"""

from base64 import b64decode, b64encode

from django.http import HttpRequest

from backoffice.core import clock
from backoffice.identity.actions.passkeys import Question

FIELD = "passkey_answer"  # what a known passkey signed
NEW = "new_passkey"  # what an authenticator made
SECONDS = 5 * 60


def keep(request: HttpRequest, question: Question, purpose: str) -> str:
    """Remember the challenge for one purpose, and return the options for the browser."""
    challenge = b64encode(question.challenge).decode()
    request.session[_place(purpose)] = [challenge, purpose, int(clock.now().timestamp())]
    return question.options


def take(request: HttpRequest, purpose: str) -> bytes:
    """Return the challenge for this purpose and forget it; empty when there is none."""
    kept = request.session.pop(_place(purpose), None)
    if kept is None or kept[1] != purpose:
        return b""
    is_fresh = int(clock.now().timestamp()) - kept[2] <= SECONDS
    return b64decode(kept[0]) if is_fresh else b""


def _place(purpose: str) -> str:
    return f"passkey.{purpose.partition(':')[0]}"
