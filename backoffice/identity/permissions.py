"""What one may do with people and roles, and the right to enter the admin site.

The names are code; which role holds them is a row, written first by this room's migrations.
"""

from backoffice.core.permissions import Permission
from backoffice.core.words import noop

USE_ADMIN = Permission("identity.admin.use", noop("Enter the admin site and edit configuration"))
SEE_STAFF = Permission("identity.staff.view", noop("See staff"))
EDIT_STAFF = Permission("identity.staff.edit", noop("Create, suspend and reinstate staff"))
GRANT_ROLES = Permission("identity.role.grant", noop("Grant and revoke roles"))
EDIT_ROLES = Permission("identity.role.edit", noop("Change what a role allows"))
EDIT_DESKS = Permission("identity.desk.edit", noop("Set up desks"))
RESET_FACTOR = Permission("identity.factor.reset", noop("Take away a person's second factor"))
