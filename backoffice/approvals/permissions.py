"""What one may do with approvals. Who decides about what is a permission of each kind of act."""

from backoffice.core.permissions import Permission
from backoffice.core.words import noop

USE = Permission(
    "approvals.request.use", noop("See what waits, and decide within one's other rights")
)
SEE_ALL = Permission("approvals.request.view", noop("See every request for approval"))
SEE_POLICIES = Permission("approvals.policy.view", noop("See who has to agree to what"))
SET_POLICIES = Permission("approvals.policy.set", noop("Ask for a change of who has to agree"))
DECIDE_POLICIES = Permission(
    "approvals.policy.decide", noop("Decide about changes of who has to agree")
)
DECIDE_ROLES = Permission("approvals.role.decide", noop("Decide about roles that others ask for"))
