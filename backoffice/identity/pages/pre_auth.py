"""Between the two steps: who gave the right password, signed, for a few minutes, and not signed in.

What is kept names the user, where they want to go, and a fingerprint of the password, so that a new
password voids it. It lives in the session, which is a fresh one from the first step on.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from backoffice.identity.queries import people

KEY = "sign_in"
SALT = "identity.pre_auth"
CODE_SECONDS = 5 * 60
ENROL_SECONDS = 15 * 60  # a first enrolment has an app to install


@dataclass(frozen=True)
class Passed:
    """Somebody who passed the first step: the user, the way on, and the secret offered, if any."""

    user: Any
    to: str
    device_id: int | None


def start(request: HttpRequest, user: Any, *, to: str, device_id: int | None = None) -> None:
    """Remember in a new session that this user's password was right."""
    request.session.flush()
    state = {"user": user.pk, "to": own_path(to), "device": device_id}
    state["password"] = user.get_session_auth_hash()
    request.session[KEY] = signing.dumps(state, salt=SALT)


def read(request: HttpRequest) -> Passed | None:
    """Return who passed the first step a short while ago, or None."""
    state = _unsigned(request.session.get(KEY, ""))
    user = people.get_staff(state["user"]) if state else None
    if user is None:
        return None
    if not constant_time_compare(state["password"], user.get_session_auth_hash()):
        return None
    return Passed(user=user, to=state["to"], device_id=state["device"])


def forget(request: HttpRequest) -> None:
    """Leave nothing of the first step behind."""
    request.session.pop(KEY, None)


def own_path(text: str) -> str:
    """Return the path if it is one of ours, and an empty text if it leads anywhere else."""
    lawful = text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    return text if lawful else ""


def _unsigned(text: str) -> dict[str, Any]:
    try:
        state = signing.loads(text, salt=SALT, max_age=ENROL_SECONDS)
        if state["device"] is None:
            signing.loads(text, salt=SALT, max_age=CODE_SECONDS)
    except signing.BadSignature:
        return {}
    return state
