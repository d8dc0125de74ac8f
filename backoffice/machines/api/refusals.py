"""What a caller reads who was not let in: one sentence that helps the honest one."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backoffice.machines.actions.letting_in import Refused
from backoffice.machines.states import Refusal
from backoffice.ui.rest.problems import problem

STATUS = {
    Refusal.SUSPENDED: 403,
    Refusal.ADDRESS: 403,
    Refusal.RATE: 429,
    Refusal.FLOOD: 429,
}
SENTENCES = {
    Refusal.NO_CREDENTIAL: gettext_noop(
        "This call carries no token and no signature: send Authorization: Bearer, or sign it."
    ),
    Refusal.TWO_CREDENTIALS: gettext_noop(
        "This call carries a token and a signature: send one of them."
    ),
    Refusal.TOKEN: gettext_noop("This token is not valid now: ask for a new one."),
    Refusal.KEY: gettext_noop("This key is not valid now: sign with a living key."),
    Refusal.SIGNATURE: gettext_noop(
        "The signature does not hold: compare the signature base, the digest and the clock with "
        "the guide."
    ),
    Refusal.REPLAY: gettext_noop(
        "This nonce was used before: sign afresh, with a new nonce and the same Idempotency-Key."
    ),
    Refusal.SUSPENDED: gettext_noop("This integration is suspended: speak to the broker."),
    Refusal.ADDRESS: gettext_noop("This integration may not call from this address."),
    Refusal.RATE: gettext_noop("Too many calls: wait as long as Retry-After says."),
    Refusal.FLOOD: gettext_noop("Too many refused calls from this address: wait a minute."),
}


def answer(refused: Refused) -> HttpResponse:
    """Return the problem document of a refusal."""
    status = STATUS.get(refused.reason, 401)
    code = f"{refused.reason}.{refused.detail}" if refused.detail else str(refused.reason)
    response = problem(status, code, _(SENTENCES[refused.reason]))
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def in_the_open() -> HttpResponse:
    """Return what a call without TLS gets: no redirect, which would hide that it was readable."""
    sentence = _("Call this address by https; what was sent now could be read: change its secrets.")
    return problem(403, "not_secure", sentence)
