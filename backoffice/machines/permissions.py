"""Who looks after the integrations."""

from backoffice.core.permissions import Permission
from backoffice.core.words import noop

SEE_INTEGRATIONS = Permission(
    "machines.integration.view", noop("See integrations, their keys and their calls")
)
MANAGE_INTEGRATIONS = Permission(
    "machines.integration.manage",
    noop("Register integrations, issue their tokens, change their keys and limits"),
)
