"""The house's own kinds of dangerous acts: roles, and who has to agree."""

from collections import Counter

from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import policies, role_changes, role_contents
from backoffice.approvals.permissions import (
    DECIDE_POLICIES,
    DECIDE_ROLES,
    SEE_POLICIES,
    SET_POLICIES,
)
from backoffice.approvals.queries import policies as reading
from backoffice.approvals.terms import Kind, Payload, Words
from backoffice.core.words import noop
from backoffice.identity.permissions import EDIT_ROLES, GRANT_ROLES
from backoffice.identity.queries import roles


def describe_policy(payload: Payload) -> Words:
    """Tell a change of policy in words."""
    code = str(payload["kind"])
    label = next((_(kind.label) for kind in terms.kinds() if kind.code == code), code)
    return [(_("About"), label), *reading.words_of(payload["rules"], _role_names())]


def policy_before(payload: Payload, asked_facts: Payload) -> Words:
    """Tell the version that a change of policy follows, in the same words."""
    before = reading.get_version(str(payload["kind"]), int(asked_facts["version"])).rules
    about, *_told = describe_policy(payload)
    return [about, *reading.words_of(before, _role_names(), beside=payload["rules"])]


def _role_names() -> dict[str, str]:
    """Return what roles are called; where two are called the same, each with its code."""
    found = roles.list_roles()
    called = Counter(role.name for role in found)
    return {
        role.code: role.name if called[role.name] == 1 else f"{role.name} ({role.code})"
        for role in found
    }


def register() -> None:
    """Make them known."""
    terms.register(
        Kind(
            code=policies.KIND,
            label=noop("Change of who has to agree"),
            asks=SET_POLICIES,
            decides=DECIDE_POLICIES,
            sees=SEE_POLICIES,
            describe=describe_policy,
            tell_before=policy_before,
            facts=policies.facts,
            execute=policies.carry_out,
        )
    )
    terms.register(
        Kind(
            code=role_changes.GRANT,
            label=noop("Giving a role"),
            asks=GRANT_ROLES,
            decides=DECIDE_ROLES,
            sees=DECIDE_ROLES,
            describe=role_changes.describe,
            execute=role_changes.give,
        )
    )
    terms.register(
        Kind(
            code=role_changes.REVOKE,
            label=noop("Taking a role away"),
            asks=GRANT_ROLES,
            decides=DECIDE_ROLES,
            sees=DECIDE_ROLES,
            describe=role_changes.describe,
            execute=role_changes.take,
            may_be_alone=True,
        )
    )
    terms.register(
        Kind(
            code=role_contents.KIND,
            label=noop("Change of what a role allows"),
            asks=EDIT_ROLES,
            decides=DECIDE_ROLES,
            sees=DECIDE_ROLES,
            describe=role_contents.describe,
            facts=role_contents.facts,
            tell_facts=role_contents.tell_facts,
            execute=role_contents.carry_out,
        )
    )
