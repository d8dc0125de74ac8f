"""Commands about accounts on the house's two-person engine: asked for, decided, carried on.

Which command needs it is `queries/ordering/danger.py`; who has to agree is a policy of its kind.
"""

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import asking as engine
from backoffice.approvals.actions import closing, executing, voting
from backoffice.approvals.states import Standing
from backoffice.approvals.terms import Ballot, Kind, Payload, Wish, Words
from backoffice.core import locks, outbox
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.words import noop
from crm.queries import known
from trading.events import AccountCommandDecided
from trading.models import AccountCommand, TradingAccount
from trading.permissions import CHANGE_ACCOUNTS, CONFIRM_ACCOUNTS, SUSPEND_ACCOUNTS, VIEW_ACCOUNTS
from trading.queries.ordering import danger
from trading.states import ACCOUNT_ORDER, ACCOUNT_VERB_LABELS, AccountOrder, AccountVerb

CHANGE = "trading.account_change"
SUSPENSION = "trading.account_suspension"
RELEASE = "trading.account_release"
DELETION = "trading.account_deletion"
KINDS: dict[AccountVerb, str] = {
    AccountVerb.LEVERAGE: CHANGE,
    AccountVerb.GROUP: CHANGE,
    AccountVerb.DISABLE: SUSPENSION,
    AccountVerb.FORBID: SUSPENSION,
    AccountVerb.ENABLE: RELEASE,
    AccountVerb.ALLOW: RELEASE,
    AccountVerb.DELETE: DELETION,
}
#: How an end without agreement is called at the command.
ENDS = {
    Standing.REFUSED: "decline",
    Standing.CANCELLED: "cancel",
    Standing.EXPIRED: "expire",
    Standing.VOIDED: "outdate",
}
LONGEST = 300


def ask(
    command: AccountCommand, payload: dict[str, Any], *, actor: Actor, origin: Origin, now: datetime
) -> None:
    """Ask for the command's approval, where it needs one; the command's row names the request."""
    verb = AccountVerb(command.verb)
    if not command.danger and KINDS.get(verb) != SUSPENSION:
        return
    wish = Wish(
        key=command.key,
        kind=KINDS[verb],
        subject=("account_command", command.pk),
        payload=payload,
        reason=command.reason,
        client_id=command.client_id,
    )
    request = engine.ask(wish=wish, actor=actor, origin=origin, now=now)
    command.approval_id, command.state = request.pk, AccountOrder.WAITING


def confirm(
    *,
    command_id: int,
    fingerprint: str,
    facts: str | None = None,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> AccountCommand:
    """Agree to exactly what the page showed; the command is READY once everybody agreed.

    Raises SamePerson, NotYours, OverAlready, LookAgain. `facts` is what the page showed of the
    account; None: as it stands now.
    """
    command = AccountCommand.objects.select_related("approval").get(pk=command_id)
    if facts is None:
        facts = facts_now(command)
    ballot = Ballot(payload_digest=fingerprint, facts=facts)
    whose: dict[str, Any] = {
        "request_id": command.approval_id or 0,
        "actor": actor,
        "now": now,
    }
    voting.agree(ballot=ballot, origin=origin, **whose)
    executing.execute(**whose)
    command.refresh_from_db()
    return command


def decline(
    *, command_id: int, note: str, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> AccountCommand:
    """Say no to what another asked for, with a reason."""
    command = AccountCommand.objects.get(pk=command_id)
    ballot = Ballot(payload_digest=command.fingerprint, facts=facts_now(command), reason=note)
    whose: dict[str, Any] = {
        "request_id": command.approval_id or 0,
        "actor": actor,
        "now": now,
    }
    voting.refuse(ballot=ballot, origin=origin, **whose)
    command.refresh_from_db()
    return command


def cancel(*, command_id: int, actor: Actor, now: datetime) -> AccountCommand:
    """Take back what one asked for oneself, while it waits."""
    command = AccountCommand.objects.get(pk=command_id)
    closing.cancel(request_id=command.approval_id or 0, actor=actor, now=now)
    command.refresh_from_db()
    return command


def facts_now(command: AccountCommand) -> str:
    """Return the facts that the votes about a command are bound to, as they are now."""
    payload = json.loads(command.payload)
    return engine.facts_now(terms.kind_of(KINDS[AccountVerb(command.verb)]), payload)


def ready(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Everybody agreed: the command can be sent. Whoever confirmed, or the clockwork, sends it."""
    command = _locked(request_id)
    if command is not None:
        _moved(command, "confirm", "", actor=actor, now=now)


def ended(
    payload: Payload, *, request_id: int, state: str, reason: str, actor: Actor, now: datetime
) -> None:
    """It ended without agreement: the command is closed with its reason."""
    command = _locked(request_id)
    if command is not None and command.state == AccountOrder.WAITING:
        _moved(command, ENDS[Standing(state)], reason, actor=actor, now=now)


def facts(payload: Payload) -> Payload:
    """Return how the account stands in our mirror; nothing when it is gone."""
    accounts = TradingAccount.objects.select_related("group")
    account = accounts.filter(server__code=payload["server"], login=payload["login"]).first()
    return danger.picture_of(account).told() if account is not None else {}


def describe(payload: Payload) -> Words:
    """Tell a command in words."""
    return [
        (_("Account"), f"{payload['login']} · {payload.get('server_name', payload['server'])}"),
        (_("What"), f"{_(ACCOUNT_VERB_LABELS[payload['verb']])} {payload['value']}".strip()),
    ]


def names(command: AccountCommand) -> dict[str, Any]:
    """Return the fields by which every event names the command."""
    return {
        "command_id": command.pk,
        "verb": command.verb,
        "server": command.server.code,
        "login": command.login,
    }


def subjects(command: AccountCommand) -> list[tuple[str, int | str]]:
    """Return whom an event about the command is about."""
    found: list[tuple[str, int | str]] = [("account_command", command.pk)]
    if command.account_id is not None:
        found.append(("account", command.account_id))
    if command.client_id is not None:
        found.append(("client", command.client_id))
    return found


def register() -> None:
    """Make the kinds known."""
    labels = {
        CHANGE: (noop("Change of leverage or group"), CHANGE_ACCOUNTS),
        SUSPENSION: (noop("Shutting an account"), SUSPEND_ACCOUNTS),
        RELEASE: (noop("Letting an account trade again"), CHANGE_ACCOUNTS),
        DELETION: (noop("Deleting an account in MetaTrader"), CHANGE_ACCOUNTS),
    }
    for code, (label, asks) in labels.items():
        terms.register(
            Kind(
                code=code,
                label=label,
                asks=asks,
                decides=CONFIRM_ACCOUNTS,
                sees=VIEW_ACCOUNTS,
                describe=describe,
                facts=facts,
                execute=ready,
                ended=ended,
                in_reach=known.requests_in_reach,
                page="trading:command-detail",
                may_be_alone=code == SUSPENSION,
            )
        )


def _locked(request_id: int) -> AccountCommand | None:
    commands = AccountCommand.objects.select_related("server")
    return locks.rows(commands.filter(approval_id=request_id)).first()


def _moved(command: AccountCommand, verb: str, note: str, *, actor: Actor, now: datetime) -> None:
    command.state = ACCOUNT_ORDER.after(command.state, verb)
    command.changed_at = now
    command.save(update_fields=["state", "changed_at"])
    event = AccountCommandDecided(**names(command), state=command.state, note=note[:LONGEST])
    outbox.emit(event, actor=actor, subjects=subjects(command), now=now)
