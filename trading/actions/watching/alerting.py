"""Alerts: raised by rule, one open row for each rule and account, closed with a reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.company.queries.policies import policy_in_force
from backoffice.core import access, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.identity.queries import people
from trading.events import AlertClosed, AlertRaised, AlertSeen
from trading.models import Alert, ServerChange
from trading.permissions import CLOSE_ALERTS
from trading.states import ALERT, AlertState, Change

LONGEST = 300
LONGEST_SNOOZE_HOURS = 7 * 24
#: The policy that says which kinds raise no alert: {"quiet": ["data"]}.
POLICY = "foreign-change-alerts"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which kinds of foreign changes raise an alert together, and how loud."""

    code: str
    severity: str
    kinds: frozenset[Change]


RULES = (
    Rule("foreign-money", "danger", frozenset({Change.MONEY, Change.RECORD_CHANGED})),
    Rule(
        "foreign-trade",
        "danger",
        frozenset(
            {Change.TRADE_CHANGED, Change.TRADE_CLOSED, Change.TRADE_DELETED, Change.TRADE_OPENED}
        ),
    ),
    Rule(
        "foreign-rights",
        "danger",
        frozenset({Change.ENABLED, Change.READ_ONLY, Change.PASSWORD, Change.DELETED}),
    ),
    Rule("foreign-terms", "warn", frozenset({Change.GROUP, Change.LEVERAGE})),
    Rule("foreign-record", "warn", frozenset({Change.DATA, Change.OPENED})),
)


class NotAllowed(Rejected):
    """Whoever acts lacks the right, or the alert is out of their reach."""


def raise_alert(*, change: ServerChange, actor: Actor, now: datetime) -> None:
    """Raise an alert for a foreign change, or count the open one up; part of a transaction."""
    rule = next(rule for rule in RULES if Change(change.kind) in rule.kinds)
    policy = policy_in_force(POLICY, at=now)
    if policy is not None and change.kind in policy.value.get("quiet", ()):
        return
    rows = Alert.objects.filter(rule=rule.code, server_id=change.server_id, login=change.login)
    standing = locks.rows(rows.exclude(state=AlertState.CLOSED)).first()
    if standing is not None:
        standing.count += 1
        standing.latest_at, standing.change = now, change
        standing.state = ALERT.after(standing.state, "happen again")
        standing.snoozed_until = None
        standing.save(update_fields=["count", "latest_at", "change", "state", "snoozed_until"])
        return
    alert = Alert.objects.create(
        rule=rule.code,
        severity=rule.severity,
        server_id=change.server_id,
        account=change.account,
        login=change.login,
        change=change,
        first_at=now,
        latest_at=now,
    )
    event = AlertRaised(alert_id=alert.pk, rule=rule.code, kind=change.kind, login=change.login)
    outbox.emit(event, actor=actor, subjects=_subjects(alert), now=now)


@transaction.atomic
def see_alert(*, alert_id: int, for_hours: int = 0, actor: Actor, now: datetime) -> Alert:
    """Say that an alert was seen, and put it off for some hours (0: not at all).

    It is back when they are over, or when it happens again. IllegalMove when it is closed.
    """
    if not 0 <= for_hours <= LONGEST_SNOOZE_HOURS:
        raise Rejected(_("An alert is put off for a week at most."))
    alert = locks.rows(Alert.objects.select_related("account").filter(pk=alert_id)).get()
    _require_right(actor, alert)
    alert.state = ALERT.after(alert.state, "see")
    alert.seen_by, alert.seen_at = str(actor), now
    alert.snoozed_until = now + timedelta(hours=for_hours) if for_hours else None
    alert.save(update_fields=["state", "seen_by", "seen_at", "snoozed_until"])
    until = alert.snoozed_until.isoformat() if alert.snoozed_until else ""
    event = AlertSeen(alert_id=alert.pk, until=until)
    outbox.emit(event, actor=actor, subjects=_subjects(alert), now=now)
    return alert


@transaction.atomic
def close_alert(*, alert_id: int, reason: str, actor: Actor, now: datetime) -> Alert:
    """Say what an alert was, and close it; IllegalMove when it is closed already."""
    if not reason.strip():
        raise Rejected(_("Say what it was."))
    alert = locks.rows(Alert.objects.select_related("account").filter(pk=alert_id)).get()
    _require_right(actor, alert)
    alert.state = ALERT.after(alert.state, "close")
    alert.closed_by, alert.closed_at = str(actor), now
    alert.reason, alert.snoozed_until = reason.strip()[:LONGEST], None
    alert.save()
    event = AlertClosed(alert_id=alert.pk, reason=alert.reason)
    outbox.emit(event, actor=actor, subjects=_subjects(alert), now=now)
    return alert


def _require_right(actor: Actor, alert: Alert) -> None:
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    rows = Alert.objects.filter(pk=alert.pk)
    if user is None or not access.restrict(rows, user, CLOSE_ALERTS).exists():
        raise NotAllowed(_("You may not decide about this alert."))


def _subjects(alert: Alert) -> list[tuple[str, int | str]]:
    found: list[tuple[str, int | str]] = [("alert", alert.pk)]
    if alert.account is not None:
        found.append(("account", alert.account.pk))
        if alert.account.client_id is not None:
            found.append(("client", alert.account.client_id))
    return found
