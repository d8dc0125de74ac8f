"""Stepping up: the second factor once more, in the middle of a session, before a dangerous act.

A door says `needs_step_up = True`, on its class or on the function: a proof of the last minutes
then covers its acts. It may also say how heavy one act is, by a static method
`step_up_amount(user, kwargs)` that returns an amount and a currency, or None: from the policy's
limit on, every act needs a proof of its own; `needs_own_proof = True` says so of every act.
`step_up_to_read = True` asks before a GET (exports). Whatever the door, after a while without a
sign of life every act asks again.

The question carries what was typed along and sends it to the same address, together with the
proof. So nothing is lost; and a proof of its own belongs to exactly the payload that it came with.
Template and its context:
  identity/step_up.html   carried: ((name, value), …); is_read: a page was asked for, no act;
                          lost_files; error; why; passkey_options or empty; has_code
"""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backoffice.core import clock
from backoffice.core.actors import Proof
from backoffice.identity.actions import passkeys, sessions
from backoffice.identity.pages import passkey_dialog
from backoffice.identity.pages.entry import DEVICE, PROVED, SEEN, VISIT, WAY, visitor
from backoffice.identity.queries.step_up import needs_own_proof
from backoffice.identity.queries.two_factor import has_code

CODE = "step_up_code"
READ = "step_up_to_read"
OURS = frozenset((CODE, READ, passkey_dialog.FIELD, "csrfmiddlewaretoken"))
WORDS = ("needs_step_up", "needs_own_proof", "step_up_to_read")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
CHALLENGE = 'Session error="insufficient_user_authentication"'  # the word of RFC 9470
WRONG = "wrong_codes"
TRIES = 5


def stand_in_the_way(
    request: HttpRequest, door: Callable[..., Any], kwargs: dict[str, Any]
) -> HttpResponse | None:
    """Return the question if this act needs a proof that the request does not bring, else None."""
    why = _why(request, door, kwargs)
    if not why:
        return _on_its_way(request)
    if CODE in request.POST or passkey_dialog.FIELD in request.POST:
        return _judged(request, why)
    return _ask(request, why)


def is_idle(request: HttpRequest) -> bool:
    """Say whether nothing was heard of this person for too long."""
    silence = int(clock.now().timestamp()) - request.session.get(SEEN, 0)
    return bool(silence > settings.SESSION_IDLE_SECONDS)


def is_fresh(request: HttpRequest) -> bool:
    """Say whether the latest proof still covers what comes."""
    age = int(clock.now().timestamp()) - request.session.get(PROVED, 0)
    return bool(age <= settings.STEP_UP_SECONDS)


def proof_of(request: HttpRequest) -> Proof:
    """Return the latest proof of whoever asks: kept with a vote as the proof behind it."""
    moment = request.session.get(PROVED, 0)
    at = datetime.fromtimestamp(moment, UTC) if moment else None
    return Proof(way=request.session.get(WAY, ""), at=at, is_fresh=is_fresh(request))


def _why(request: HttpRequest, door: Callable[..., Any], kwargs: dict[str, Any]) -> str:
    page = getattr(door, "view_class", door)
    is_act = request.method not in SAFE
    if is_act and is_idle(request) and not getattr(page, "is_harmless", False):
        return _("You were away for a while.")
    if not (is_act or getattr(page, "step_up_to_read", False)) or not _is_dangerous(request, page):
        return ""
    if is_act and getattr(page, "needs_own_proof", False):
        return _("This act always needs a proof of its own.")
    if is_act and _is_heavy(request, page, kwargs):
        return _("An amount of this size needs a proof of its own.")
    return "" if is_fresh(request) else _("This act needs a fresh proof of who you are.")


def _is_dangerous(request: HttpRequest, page: Any) -> bool:
    match = request.resolver_match
    is_admin = match is not None and "admin" in match.app_names
    return is_admin or any(getattr(page, word, False) for word in WORDS)


def _is_heavy(request: HttpRequest, page: Any, kwargs: dict[str, Any]) -> bool:
    weigh = getattr(page, "step_up_amount", None)
    weight = weigh(visitor(request), kwargs) if weigh else None
    return weight is not None and needs_own_proof(*weight, now=clock.now())


def _judged(request: HttpRequest, why: str) -> HttpResponse | None:
    if _is_proved(request):
        moment = int(clock.now().timestamp())
        way = "passkey" if request.POST.get(passkey_dialog.FIELD) else "code"
        request.session.update({PROVED: moment, WAY: way, SEEN: moment, WRONG: 0})
        return _on_its_way(request)
    request.session[WRONG] = request.session.get(WRONG, 0) + 1
    if request.session[WRONG] < TRIES:
        return _ask(request, why, error=_("That was not accepted. Wait for the next code."))
    user, now = visitor(request), clock.now()
    visit = request.session.get(VISIT)
    sessions.record_sign_out(user_id=user.pk, visit_id=visit, actor=user.actor, now=now)
    logout(request)
    return redirect("identity:sign-in")


def _is_proved(request: HttpRequest) -> bool:
    user, now = visitor(request), clock.now()
    answer = request.POST.get(passkey_dialog.FIELD, "")
    if answer:
        challenge = passkey_dialog.take(request, _purpose(request))
        return bool(challenge) and passkeys.step_up(
            user_id=user.pk, answer=answer, challenge=challenge, actor=user.actor, now=now
        )
    code = request.POST.get(CODE, "")[:40]
    known = request.session.get(DEVICE)
    return sessions.step_up(user_id=user.pk, code=code, device_id=known, actor=user.actor, now=now)


def _on_its_way(request: HttpRequest) -> HttpResponse | None:
    """Let an act pass; a page that was asked for by GET is asked for again."""
    return redirect(request.get_full_path()) if READ in request.POST else None


def _purpose(request: HttpRequest) -> str:
    """Return what a passkey's answer is good for: this address with this payload, nothing else."""
    text = repr((request.path, sorted(carried(request))))
    return f"act:{sha256(text.encode()).hexdigest()}"


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed, field by field, without what is ours."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in OURS
    ]


def _ask(request: HttpRequest, why: str, error: str = "") -> HttpResponse:
    user = visitor(request)
    question = passkeys.ask(user_id=user.pk)
    options = passkey_dialog.keep(request, question, _purpose(request)) if question else ""
    context = {
        "carried": carried(request),
        "is_read": request.method in SAFE or READ in request.POST,
        "lost_files": bool(request.FILES),
        "why": why,
        "error": error,
        "passkey_options": options,
        "has_code": has_code(user.pk),
    }
    return _shown(request, context)


def _shown(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        asked = render(request, "identity/step_up.html", context, status=401)
        asked["WWW-Authenticate"] = CHALLENGE
        return asked
    answer = render(
        request, "identity/step_up_here.html", context
    )  # htmx drops what comes with 401
    answer["HX-Retarget"], answer["HX-Reswap"] = "#page", "innerHTML"
    return answer
