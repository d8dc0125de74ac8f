"""What one may do with the company's settings."""

from backoffice.core.permissions import Permission
from backoffice.core.words import noop

SEE_COMPANY = Permission("company.settings.view", noop("See legal entities, brands and policies"))
SET_POLICY = Permission("company.policy.set", noop("Set business policies"))
EXCLUDE = Permission("company.exclusion.edit", noop("Edit the exclusion list"))
