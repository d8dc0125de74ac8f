"""What the identity room announces. Names and addresses of people stay out: ids only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class StaffCreated(Event):
    """Somebody joined."""

    name: ClassVar[str] = "identity.staff.created"
    sentence: ClassVar[str] = noop("{actor} created staff user {user_id}")

    user_id: int


@dataclass(frozen=True, kw_only=True)
class StaffSuspended(Event):
    """Somebody may not sign in any more; open pages and sockets close."""

    name: ClassVar[str] = "identity.staff.suspended"
    sentence: ClassVar[str] = noop("{actor} suspended staff user {user_id}: {reason}")

    user_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class StaffReinstated(Event):
    """Somebody may sign in again."""

    name: ClassVar[str] = "identity.staff.reinstated"
    sentence: ClassVar[str] = noop("{actor} reinstated staff user {user_id}")

    user_id: int


@dataclass(frozen=True, kw_only=True)
class DeskChanged(Event):
    """Somebody works at another desk, or at none."""

    name: ClassVar[str] = "identity.staff.desk_changed"
    sentence: ClassVar[str] = noop("{actor} moved staff user {user_id} to desk {desk_id}")

    user_id: int
    desk_id: int | None


@dataclass(frozen=True, kw_only=True)
class PreferencesChanged(Event):
    """Somebody changed how their screen looks."""

    name: ClassVar[str] = "identity.preferences.changed"
    sentence: ClassVar[str] = noop("{actor} changed the preferences: {fields}")

    user_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    """Somebody got a role, in one legal entity or in all."""

    name: ClassVar[str] = "identity.role.granted"
    sentence: ClassVar[str] = noop("{actor} granted role {role} to staff user {user_id}")

    grant_id: int
    user_id: int
    role: str
    legal_entity_id: int | None


@dataclass(frozen=True, kw_only=True)
class RoleRevoked(Event):
    """Somebody lost a role."""

    name: ClassVar[str] = "identity.role.revoked"
    sentence: ClassVar[str] = noop("{actor} revoked role {role} from staff user {user_id}")

    grant_id: int
    user_id: int
    role: str
    legal_entity_id: int | None


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Event):
    """A role allows something else, reaches otherwise, or is used from other networks."""

    name: ClassVar[str] = "identity.role.changed"
    sentence: ClassVar[str] = noop(
        "{actor} changed role {role}: added {added}; took away {removed}; reach {reach}: {reason}"
    )

    role: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    reach_before: str
    reach: str
    networks_before: tuple[str, ...]
    networks: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class SecondFactorEnrolled(Event):
    """Somebody has a second factor now."""

    name: ClassVar[str] = "identity.factor.enrolled"
    sentence: ClassVar[str] = noop("{actor} enrolled a second factor for user {user_id}")

    user_id: int


@dataclass(frozen=True, kw_only=True)
class SecondFactorReset(Event):
    """Somebody's second factor was taken away; the next sign-in enrols a new one."""

    name: ClassVar[str] = "identity.factor.reset"
    sentence: ClassVar[str] = noop(
        "{actor} took away the second factor of user {user_id}: {reason}"
    )

    user_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesMade(Event):
    """New recovery codes; the old ones are void."""

    name: ClassVar[str] = "identity.recovery_codes.made"
    sentence: ClassVar[str] = noop("{actor} made {count} recovery codes for user {user_id}")

    user_id: int
    count: int


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """A recovery code stood in for the one-time code."""

    name: ClassVar[str] = "identity.recovery_code.used"
    sentence: ClassVar[str] = noop("{actor} used a recovery code; {left} are left")

    user_id: int
    left: int


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """Somebody passed both factors."""

    name: ClassVar[str] = "identity.user.signed_in"
    sentence: ClassVar[str] = noop("{actor} signed in")

    user_id: int
    visit_id: int | None = None
    device_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """Somebody left, or the session's time was up."""

    name: ClassVar[str] = "identity.user.signed_out"
    sentence: ClassVar[str] = noop("{actor} signed out")

    user_id: int


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Event):
    """Somebody tried to be this user and was refused."""

    name: ClassVar[str] = "identity.user.sign_in_refused"
    sentence: ClassVar[str] = noop("A sign-in as user {user_id} was refused: {reason}")

    user_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class SecondFactorOffered(Event):
    """Somebody without a second factor was shown a secret to enrol."""

    name: ClassVar[str] = "identity.factor.offered"
    sentence: ClassVar[str] = noop("{actor} was offered a second factor")

    user_id: int


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """Somebody has a new password; their other sessions end."""

    name: ClassVar[str] = "identity.password.changed"
    sentence: ClassVar[str] = noop("{actor} changed the password of user {user_id}")

    user_id: int


@dataclass(frozen=True, kw_only=True)
class DeskCreated(Event):
    """A team was set up."""

    name: ClassVar[str] = "identity.desk.created"
    sentence: ClassVar[str] = noop("{actor} created desk {path}")

    desk_id: int
    path: str


@dataclass(frozen=True, kw_only=True)
class DeviceFirstSeen(Event):
    """Somebody signed in with a browser that they never used before."""

    name: ClassVar[str] = "identity.device.first_seen"
    sentence: ClassVar[str] = noop("{actor} signed in with a new device (no. {device_id})")

    user_id: int
    device_id: int
    visit_id: int


@dataclass(frozen=True, kw_only=True)
class DeviceLetterSent(Event):
    """Somebody was written to about a sign-in from a new device."""

    name: ClassVar[str] = "identity.device.letter_sent"
    sentence: ClassVar[str] = noop("User {user_id} was written to about new device no. {device_id}")

    user_id: int
    device_id: int


@dataclass(frozen=True, kw_only=True)
class DeviceRecognised(Event):
    """Somebody said that a new device is theirs."""

    name: ClassVar[str] = "identity.device.recognised"
    sentence: ClassVar[str] = noop("{actor} recognised device no. {device_id}")

    user_id: int
    device_id: int


@dataclass(frozen=True, kw_only=True)
class VisitEnded(Event):
    """A login session was ended from elsewhere: by its owner, or by whoever may suspend them."""

    name: ClassVar[str] = "identity.visit.ended"
    sentence: ClassVar[str] = noop("{actor} ended login session {visit_id} of user {user_id}")

    user_id: int
    visit_id: int


@dataclass(frozen=True, kw_only=True)
class SteppedUp(Event):
    """Somebody proved by the second factor, in the middle of a session, who they are."""

    name: ClassVar[str] = "identity.user.stepped_up"
    sentence: ClassVar[str] = noop("{actor} confirmed with a {way} who they are")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "way": {"code": noop("one-time code"), "passkey": noop("passkey")}
    }

    user_id: int
    way: str


@dataclass(frozen=True, kw_only=True)
class StepUpRefused(Event):
    """A proof in the middle of a session was wrong."""

    name: ClassVar[str] = "identity.user.step_up_refused"
    sentence: ClassVar[str] = noop("{actor} could not confirm who they are")

    user_id: int


@dataclass(frozen=True, kw_only=True)
class PasskeyAdded(Event):
    """Somebody has a passkey more."""

    name: ClassVar[str] = "identity.passkey.added"
    sentence: ClassVar[str] = noop("{actor} added passkey no. {passkey_id} for user {user_id}")

    user_id: int
    passkey_id: int


@dataclass(frozen=True, kw_only=True)
class PasskeyRemoved(Event):
    """Somebody has a passkey less."""

    name: ClassVar[str] = "identity.passkey.removed"
    sentence: ClassVar[str] = noop("{actor} removed passkey no. {passkey_id} of user {user_id}")

    user_id: int
    passkey_id: int


@dataclass(frozen=True, kw_only=True)
class ClientInvited(Event):
    """A client may sign in to the personal area; a letter brings the link to a first password."""

    name: ClassVar[str] = "identity.client.invited"
    sentence: ClassVar[str] = noop("{actor} invited the client to the personal area")

    user_id: int
    client_id: int


@dataclass(frozen=True, kw_only=True)
class LinkAsked(Event):
    """Somebody who gave a client's address asked for a link to a new password."""

    name: ClassVar[str] = "identity.link.asked"
    sentence: ClassVar[str] = noop("{actor}: a new password of the personal area was asked for")

    user_id: int
    client_id: int


@dataclass(frozen=True, kw_only=True)
class LinkSent(Event):
    """The link went to the client's own address."""

    name: ClassVar[str] = "identity.link.sent"
    sentence: ClassVar[str] = noop("A link to a password went to user {user_id}")

    user_id: int
