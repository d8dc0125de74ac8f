"""What a client can be, and what may follow what.

Where a client stands between REGISTERED and DORMANT is computed from dates and trades; blocking,
closing and their ways back are people's decisions.
"""

from enum import StrEnum

from backoffice.core.states import Workflow
from backoffice.core.words import noop


class ClientKind(StrEnum):
    """A person, or a company with signatories."""

    PERSON = "person"
    COMPANY = "company"


class ClientStatus(StrEnum):
    """Where a client stands."""

    LEAD = "LEAD"
    REGISTERED = "REGISTERED"
    VERIFIED = "VERIFIED"
    FUNDED = "FUNDED"
    ACTIVE = "ACTIVE"
    SLOWING = "SLOWING"
    SILENT = "SILENT"
    DORMANT = "DORMANT"
    BLOCKED = "BLOCKED"
    CLOSED = "CLOSED"


CLIENT_KIND_LABELS: dict[ClientKind, str] = {
    ClientKind.PERSON: noop("Person"),
    ClientKind.COMPANY: noop("Company"),
}
CLIENT_STATUS_LABELS: dict[ClientStatus, str] = {
    ClientStatus.LEAD: noop("Lead"),
    ClientStatus.REGISTERED: noop("Registered"),
    ClientStatus.VERIFIED: noop("Verified"),
    ClientStatus.FUNDED: noop("Funded"),
    ClientStatus.ACTIVE: noop("Active"),
    ClientStatus.SLOWING: noop("Slowing"),
    ClientStatus.SILENT: noop("Silent"),
    ClientStatus.DORMANT: noop("Dormant"),
    ClientStatus.BLOCKED: noop("Blocked"),
    ClientStatus.CLOSED: noop("Closed"),
}
CLIENT_VERB_LABELS: dict[str, str] = {
    "register": noop("Register"),
    "verify": noop("Mark verified"),
    "fund": noop("Mark funded"),
    "activate": noop("Mark active"),
    "slow": noop("Mark slowing"),
    "silence": noop("Mark silent"),
    "rest": noop("Mark dormant"),
    "block": noop("Block"),
    "unblock": noop("Unblock"),
    "close": noop("Close"),
    "reopen": noop("Reopen"),
}


class LookKind(StrEnum):
    """What somebody did with a client's data; each has a quota of its own."""

    OPENED = "opened"
    REVEALED = "revealed"
    EXPORTED = "exported"


class ContactField(StrEnum):
    """What is masked until it is asked for."""

    EMAIL = "email"
    PHONE = "phone"


LOOK_LABELS: dict[LookKind, str] = {
    LookKind.OPENED: noop("Cards opened"),
    LookKind.REVEALED: noop("Contacts revealed"),
    LookKind.EXPORTED: noop("Clients exported"),
}
CONTACT_LABELS: dict[ContactField, str] = {
    ContactField.EMAIL: noop("e-mail address"),
    ContactField.PHONE: noop("phone number"),
}

#: What a KYC level is called (reference/workflows.md 9.2); what each opens, policies say.
KYC_LEVELS: dict[int, str] = {
    0: noop("0 · registered only"),
    1: noop("1 · identity proved"),
    2: noop("2 · residence proved"),
    3: noop("3 · suitable, source of funds known"),
}
LIVING = (
    ClientStatus.REGISTERED,
    ClientStatus.VERIFIED,
    ClientStatus.FUNDED,
    ClientStatus.ACTIVE,
    ClientStatus.SLOWING,
    ClientStatus.SILENT,
    ClientStatus.DORMANT,
)
SEGMENT_VERBS: dict[str, ClientStatus] = {
    "verify": ClientStatus.VERIFIED,
    "fund": ClientStatus.FUNDED,
    "activate": ClientStatus.ACTIVE,
    "slow": ClientStatus.SLOWING,
    "silence": ClientStatus.SILENT,
    "rest": ClientStatus.DORMANT,
}

CLIENT: Workflow[ClientStatus] = Workflow(
    name="client",
    moves={
        (ClientStatus.LEAD, "register"): ClientStatus.REGISTERED,
        **{
            (status, verb): segment
            for verb, segment in SEGMENT_VERBS.items()
            for status in LIVING
            if status is not segment
        },
        **{(status, "block"): ClientStatus.BLOCKED for status in (ClientStatus.LEAD, *LIVING)},
        # After a pause nobody knows the segment: the nightly computation finds it again.
        (ClientStatus.BLOCKED, "unblock"): ClientStatus.REGISTERED,
        **{
            (status, "close"): ClientStatus.CLOSED
            for status in (ClientStatus.LEAD, *LIVING, ClientStatus.BLOCKED)
        },
        (ClientStatus.CLOSED, "reopen"): ClientStatus.REGISTERED,
    },
)
