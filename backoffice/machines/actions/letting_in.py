"""Who may come in at /api/v1/: a token or a signature, from where it may, as often as it may.

In this order: an address with too many refusals is not listened to; the credential is proved; the
machine is active; the address is on its list; the nonce is new; there is a call left. What an
unproved caller does costs the machine whose name it carries nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice.edge.rate_limit import Standing
from backoffice.edge.signatures import verifying
from backoffice.edge.signatures.message import Message
from backoffice.edge.signatures.verifying import NotSigned
from backoffice.machines.actions import answers, rates, traffic
from backoffice.machines.actions.answers import Answer, Call
from backoffice.machines.calc import networks
from backoffice.machines.queries import callers
from backoffice.machines.states import Refusal

BEARER = "Bearer "


class Refused(Exception):
    """A call is not let in: why, with what it came, and in whose name as far as that is known."""

    def __init__(
        self,
        reason: Refusal,
        *,
        detail: str = "",
        credential: Any = None,
        standing: Standing | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.standing = reason, detail, standing
        self.user_id: int | None = getattr(credential, "user_id", None)
        self.credential = str(credential or "")


@dataclass(frozen=True, slots=True)
class Caller:
    """A machine that was let in, narrowed to the scopes of its token."""

    integration: Any
    credential: str
    is_signed: bool
    standing: Standing

    @property
    def user(self) -> Any:
        """The machine as a user, with its rights of this call."""
        return self.integration.user

    def once(
        self,
        key: str,
        fingerprint: str,
        work: Callable[[Any], Answer],
        *,
        in_one: bool,
        now: datetime,
    ) -> Answer:
        """Do a piece of work once for this Idempotency-Key; it is given its operation's UUID."""
        call = Call(self.user.pk, key, fingerprint)
        return answers.once(call, lambda: work(call.operation), in_one=in_one, now=now)


def let_in(message: Message, *, address: str, now: datetime) -> Caller:
    """Return who calls; Refused otherwise, which counts against the address."""
    flood = rates.take_failure(address, cost=0)
    if flood.left < 1:
        raise Refused(Refusal.FLOOD, standing=flood)
    try:
        return _let_in(message, address, now)
    except Refused as no:
        if no.reason is not Refusal.RATE:
            rates.take_failure(address, cost=1)
        raise


def _let_in(message: Message, address: str, now: datetime) -> Caller:
    fields = {name.lower(): value for name, value in message.headers.items()}
    bearer, is_signed = fields.get("authorization", ""), "signature-input" in fields
    if bearer and is_signed:
        raise Refused(Refusal.TWO_CREDENTIALS)
    if is_signed:
        credential, nonce = _signed(message, now)
    else:
        credential, nonce = _bearing(bearer, now), ""
    integration = callers.integration_of(credential)
    if not integration.user.is_active:
        raise Refused(Refusal.SUSPENDED, credential=credential)
    if not networks.allows(integration.networks, address):
        raise Refused(Refusal.ADDRESS, credential=credential)
    if nonce and not traffic.use_nonce(key_id=credential.key_id, nonce=nonce, now=now):
        raise Refused(Refusal.REPLAY, credential=credential)
    standing = rates.take_for(integration)
    if not standing.allowed:
        raise Refused(Refusal.RATE, credential=credential, standing=standing)
    traffic.seen(credential, now=now)
    return Caller(integration, str(credential), is_signed, standing)


def _bearing(bearer: str, now: datetime) -> Any:
    if not bearer:
        raise Refused(Refusal.NO_CREDENTIAL)
    token = callers.find_token(bearer.removeprefix(BEARER), now=now)
    if token is None or not bearer.startswith(BEARER):
        raise Refused(Refusal.TOKEN)
    return token


def _signed(message: Message, now: datetime) -> tuple[Any, str]:
    try:
        key_id = verifying.key_id_of(message)
    except NotSigned as error:
        raise Refused(Refusal.SIGNATURE, detail=error.reason) from error
    key = callers.find_key(key_id, now=now)
    if key is None:
        raise Refused(Refusal.KEY)
    try:
        signed = verifying.verify(message, callers.verifying(key), now=now)
    except NotSigned as error:
        raise Refused(Refusal.SIGNATURE, detail=error.reason, credential=key) from error
    if signed.key_id != key.key_id:
        raise Refused(Refusal.SIGNATURE, detail="malformed", credential=key)
    return key, signed.nonce
