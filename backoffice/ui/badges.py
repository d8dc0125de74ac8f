"""Status → word, meaning and shape, once, for every screen, mail and export."""

from dataclasses import dataclass

from backoffice.core.words import noop

# Shapes differ so that a print in black and white loses nothing.
ICONS = {
    "neutral": "waiting",
    "info": "running",
    "ok": "done",
    "warn": "needs",
    "danger": "stopped",
    "uncertain": "uncertain",
    "back": "back",
}


@dataclass(frozen=True)
class Badge:
    """A state as people read it: its word (untranslated), what it means, and the icon's shape."""

    word: str
    meaning: str

    @property
    def icon(self) -> str:
        """Return the name of the shape in the sprite."""
        return ICONS[self.meaning]

    @property
    def tone(self) -> str:
        """Return the tint: uncertain is a warning, coming back is neutral."""
        return {"uncertain": "warn", "back": "neutral"}.get(self.meaning, self.meaning)


BADGES: dict[str, dict[str, Badge]] = {
    "quota": {
        "within": Badge(noop("Within the quota"), "ok"),
        "reached": Badge(noop("Quota reached"), "warn"),
    },
    "person": {
        "active": Badge(noop("Active"), "ok"),
        "suspended": Badge(noop("Suspended"), "danger"),
    },
    "client": {
        "lead": Badge(noop("Lead"), "neutral"),
        "registered": Badge(noop("Registered"), "info"),
        "verified": Badge(noop("Verified"), "info"),
        "funded": Badge(noop("Funded"), "info"),
        "active": Badge(noop("Active"), "ok"),
        "slowing": Badge(noop("Slowing"), "warn"),
        "silent": Badge(noop("Silent"), "warn"),
        "dormant": Badge(noop("Dormant"), "neutral"),
        "blocked": Badge(noop("Blocked"), "danger"),
        "closed": Badge(noop("Closed"), "neutral"),
    },
    "kyc": {
        "0": Badge(noop("Not started"), "neutral"),
        "1": Badge(noop("Level 1"), "ok"),
        "2": Badge(noop("Level 2"), "ok"),
        "3": Badge(noop("Level 3"), "ok"),
    },
    "server": {
        "new": Badge(noop("Not read yet"), "neutral"),
        "loading": Badge(noop("Loading"), "info"),
        "current": Badge(noop("Up to date"), "ok"),
        "unreachable": Badge(noop("Unreachable"), "danger"),
        "inactive": Badge(noop("Switched off"), "neutral"),
    },
    "verification": {
        "never": Badge(noop("Never compared"), "neutral"),
        "running": Badge(noop("Being compared"), "info"),
        "equal": Badge(noop("No difference"), "ok"),
        "different": Badge(noop("Differences"), "danger"),
        "failed": Badge(noop("Not compared"), "warn"),
    },
    "account": {
        "enabled": Badge(noop("Open"), "ok"),
        "read_only": Badge(noop("Read only"), "warn"),
        "disabled": Badge(noop("Disabled"), "neutral"),
        "gone": Badge(noop("Gone from server"), "danger"),
    },
    "integration": {
        "active": Badge(noop("Active"), "ok"),
        "suspended": Badge(noop("Suspended"), "danger"),
    },
    "credential": {
        "living": Badge(noop("In force"), "ok"),
        "over": Badge(noop("Over"), "neutral"),
        "ended": Badge(noop("Ended by a person"), "neutral"),
    },
    "account_command": {
        "waiting": Badge(noop("Waits for a second person"), "warn"),
        "ready": Badge(noop("Ready to send"), "info"),
        "sending": Badge(noop("Being sent"), "info"),
        "uncertain": Badge(noop("Being confirmed"), "uncertain"),
        "done": Badge(noop("Done"), "ok"),
        "refused": Badge(noop("Refused by MetaTrader"), "danger"),
        "not_sent": Badge(noop("Not sent"), "neutral"),
        "absent": Badge(noop("Proved not done"), "neutral"),
        "unproven": Badge(noop("Cannot be read back"), "warn"),
        "declined": Badge(noop("Declined"), "danger"),
        "cancelled": Badge(noop("Taken back"), "neutral"),
        "expired": Badge(noop("Expired"), "neutral"),
        "stale": Badge(noop("Account changed meanwhile"), "warn"),
    },
    "alert": {
        "new": Badge(noop("New"), "warn"),
        "seen": Badge(noop("Seen"), "info"),
        "closed": Badge(noop("Closed"), "neutral"),
    },
    "severity": {
        "danger": Badge(noop("Grave"), "danger"),
        "warn": Badge(noop("Look"), "warn"),
    },
    "strength": {
        "strong": Badge(noop("Strong"), "ok"),
        "fair": Badge(noop("Fair"), "info"),
        "weak": Badge(noop("Weak"), "neutral"),
    },
    "binding": {
        "bound": Badge(noop("Given to the client"), "ok"),
        "registered": Badge(noop("Registered and given"), "ok"),
        "taken": Badge(noop("Belongs to a client already"), "neutral"),
        "gone": Badge(noop("Gone from the server"), "neutral"),
        "not_yours": Badge(noop("Not yours to give"), "danger"),
        "duplicate": Badge(noop("Looks like a known client"), "warn"),
        "nameless": Badge(noop("No name in MetaTrader"), "warn"),
        "refused": Badge(noop("Refused"), "danger"),
        "undone": Badge(noop("Taken back"), "back"),
        "changed_since": Badge(noop("Changed since, left"), "warn"),
    },
    "level": {
        "0": Badge(noop("Margin fine"), "ok"),
        "1": Badge(noop("Margin call"), "warn"),
        "2": Badge(noop("Stop out"), "danger"),
    },
    "payment": {
        "requested": Badge(noop("Requested"), "neutral"),
        "waiting_client": Badge(noop("Waits for the client"), "neutral"),
        "approved": Badge(noop("Approved"), "info"),
        "debited": Badge(noop("Debited"), "info"),
        "sent": Badge(noop("Payout sent"), "info"),
        "paid": Badge(noop("Paid"), "ok"),
        "rejected": Badge(noop("Rejected"), "danger"),
        "cancelled": Badge(noop("Cancelled"), "neutral"),
        "refused": Badge(noop("Could not be carried out"), "danger"),
        "uncertain": Badge(noop("Being confirmed"), "uncertain"),
        "returning": Badge(noop("Being returned"), "back"),
        "returned": Badge(noop("Returned"), "back"),
    },
    "adjustment": {
        "requested": Badge(noop("Waits for another person"), "warn"),
        "approved": Badge(noop("Approved, on its way"), "info"),
        "uncertain": Badge(noop("Being confirmed"), "uncertain"),
        "done": Badge(noop("Booked in MetaTrader"), "ok"),
        "refused": Badge(noop("Could not be carried out"), "danger"),
        "rejected": Badge(noop("Rejected"), "danger"),
        "cancelled": Badge(noop("Taken back"), "neutral"),
        "expired": Badge(noop("Nobody decided in time"), "neutral"),
        "void": Badge(noop("Approval void"), "warn"),
    },
    "transfer": {
        "requested": Badge(noop("Requested"), "warn"),
        "approved": Badge(noop("Approved"), "info"),
        "in_transit": Badge(noop("In transit"), "info"),
        "done": Badge(noop("Done"), "ok"),
        "reversing": Badge(noop("Going back"), "back"),
        "reversed": Badge(noop("Went back"), "back"),
        "refused": Badge(noop("Could not be carried out"), "danger"),
        "rejected": Badge(noop("Rejected"), "danger"),
        "cancelled": Badge(noop("Cancelled"), "neutral"),
        "uncertain": Badge(noop("Being confirmed"), "uncertain"),
    },
    "stage": {
        "done": Badge(noop("Done"), "ok"),
        "next": Badge(noop("Next"), "info"),
        "open": Badge(noop("Open"), "neutral"),
    },
    "deposit": {
        "started": Badge(noop("Started"), "neutral"),
        "parked": Badge(noop("Parked until KYC"), "warn"),
        "pending": Badge(noop("With the provider"), "info"),
        "received": Badge(noop("Received"), "info"),
        "in_review": Badge(noop("In review"), "warn"),
        "credited": Badge(noop("Credited in MetaTrader"), "ok"),
        "uncertain": Badge(noop("Being confirmed"), "uncertain"),
        "failed": Badge(noop("Declined by the provider"), "danger"),
        "rejected": Badge(noop("Rejected"), "danger"),
        "expired": Badge(noop("Expired"), "neutral"),
        "cancelled": Badge(noop("Cancelled"), "neutral"),
        "returning": Badge(noop("Being sent back"), "back"),
        "returned": Badge(noop("Sent back"), "back"),
        "charged_back": Badge(noop("Charged back"), "danger"),
    },
    "dispute": {
        "suspected": Badge(noop("Suspected"), "warn"),
        "cleared": Badge(noop("Cleared"), "ok"),
        "opened": Badge(noop("Opened, to be answered"), "danger"),
        "evidence_sent": Badge(noop("Evidence sent"), "info"),
        "won": Badge(noop("Won"), "ok"),
        "lost": Badge(noop("Lost"), "danger"),
        "accepted": Badge(noop("Accepted"), "danger"),
    },
    "bulk_file": {
        "refused": Badge(noop("Refused"), "danger"),
        "preview": Badge(noop("Preview"), "neutral"),
        "waiting": Badge(noop("Waits for approval"), "warn"),
        "running": Badge(noop("Running"), "info"),
        "paused": Badge(noop("Paused"), "warn"),
        "done": Badge(noop("Done"), "ok"),
        "stopped": Badge(noop("Stopped"), "danger"),
        "cancelled": Badge(noop("Cancelled"), "neutral"),
    },
    "bulk_line": {
        "cannot": Badge(noop("Cannot be booked"), "danger"),
        "waiting": Badge(noop("Waits its turn"), "neutral"),
        "sending": Badge(noop("On its way"), "info"),
        "uncertain": Badge(noop("Being confirmed"), "uncertain"),
        "booked": Badge(noop("Booked"), "ok"),
        "refused": Badge(noop("Refused"), "danger"),
        "left_out": Badge(noop("Left out"), "neutral"),
    },
    "bank_use": {
        "deposit": Badge(noop("A deposit"), "ok"),
        "fee": Badge(noop("A fee of the bank"), "neutral"),
        "sent_back": Badge(noop("Goes back"), "back"),
        "gone_back": Badge(noop("Went back"), "back"),
        "payout": Badge(noop("A payout"), "ok"),
        "payout_back": Badge(noop("A payout that came back"), "warn"),
        "deposit_back": Badge(noop("A deposit that went back"), "back"),
        "settlement": Badge(noop("A provider's payout"), "ok"),
    },
    "settlement_file": {
        "waiting": Badge(noop("To be looked at"), "warn"),
        "taken": Badge(noop("Imported"), "ok"),
        "refused": Badge(noop("Refused"), "danger"),
        "dropped": Badge(noop("Dropped"), "neutral"),
    },
    "bank_file": {
        "taken": Badge(noop("Imported"), "ok"),
        "refused": Badge(noop("Refused"), "danger"),
    },
    "check": {
        "green": Badge(noop("green"), "ok"),
        "amber": Badge(noop("amber"), "warn"),
        "red": Badge(noop("red"), "danger"),
        "unknown": Badge(noop("not known"), "uncertain"),
    },
    "approval": {
        "waiting": Badge(noop("Waiting"), "neutral"),
        "granted": Badge(noop("Granted"), "info"),
        "executed": Badge(noop("Carried out"), "ok"),
        "refused": Badge(noop("Turned down"), "danger"),
        "cancelled": Badge(noop("Taken back"), "neutral"),
        "expired": Badge(noop("Expired"), "neutral"),
        "voided": Badge(noop("Void"), "neutral"),
        "agree": Badge(noop("Agreed"), "ok"),
        "refuse": Badge(noop("Turned down"), "danger"),
        "in_order": Badge(noop("In order"), "ok"),
        "objection": Badge(noop("Objection"), "danger"),
    },
    "operation": {
        "by_hand": Badge(noop("To be booked by hand"), "warn"),
        "not_started": Badge(noop("Not started"), "neutral"),
        "sending": Badge(noop("Being sent"), "info"),
        "confirmed": Badge(noop("Confirmed by MetaTrader"), "ok"),
        "refused": Badge(noop("Refused by MetaTrader"), "danger"),
        "uncertain": Badge(noop("No clear answer"), "uncertain"),
        "absent": Badge(noop("Proved absent"), "neutral"),
        "manual": Badge(noop("Waits for a person"), "warn"),
        "abandoned": Badge(noop("Given up: nothing moved"), "neutral"),
    },
    "settlement": {
        "proposed": Badge(noop("Waits for a second person"), "warn"),
        "confirmed": Badge(noop("Confirmed"), "ok"),
        "declined": Badge(noop("Declined"), "neutral"),
    },
    "part": {
        "ok": Badge(noop("In step"), "ok"),
        "late": Badge(noop("Late"), "warn"),
        "down": Badge(noop("Down"), "danger"),
    },
    "process": {
        "running": Badge(noop("Runs"), "ok"),
        "starting": Badge(noop("Starting"), "info"),
        "waiting": Badge(noop("Down"), "danger"),
    },
    "proof": {
        "once": Badge(noop("Moved exactly once"), "ok"),
        "never": Badge(noop("Not moved at all"), "ok"),
        "open": Badge(noop("Being found out"), "neutral"),
        "away": Badge(noop("Not known now"), "uncertain"),
        "wrong": Badge(noop("Not as it should be"), "danger"),
        "agree": Badge(noop("Books agree"), "ok"),
        "differ": Badge(noop("Books differ"), "warn"),
    },
}


def find(family: str, state: object) -> Badge:
    """Return the badge of a state; an unknown one shows its own name, marked uncertain."""
    code = str(state)
    return BADGES[family].get(code.lower()) or Badge(code, "uncertain")
