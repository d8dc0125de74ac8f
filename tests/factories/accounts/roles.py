"""A role that two people changed, by the product's own actions."""

from typing import Any
from uuid import uuid4

from backoffice.approvals.actions import executing, role_contents
from backoffice.approvals.actions.role_contents import ContentsWish
from backoffice.approvals.models import ApprovalRequest
from backoffice.identity.actions.role_contents import Contents
from backoffice.identity.models import Role, User
from tests.factories.accounts.approvals import agreed
from tests.factories.people import NOW, SETUP, a_staff_user


def a_change_of(role: Role, asker: User, **changes: Any) -> ApprovalRequest:
    """Ask that a role allow something else."""
    plain = {"permissions": role.permissions, "reach": role.reach, "networks": role.networks}
    wish = ContentsWish(
        key=uuid4(), role_id=role.pk, contents=Contents(**(plain | changes)), reason="a test"
    )
    return role_contents.ask_to_change_role(change=wish, actor=asker.actor, now=NOW)


def a_changed_role(code: str, **changes: Any) -> Role:
    """The role, changed: an administrator asked, somebody of compliance agreed."""
    request = a_change_of(Role.objects.get(code=code), a_staff_user("administrator"), **changes)
    agreed(request, a_staff_user("compliance"))
    done = executing.execute(request_id=request.pk, actor=SETUP, now=NOW)
    assert done.state == "EXECUTED", done.closed_reason
    return Role.objects.get(code=code)
