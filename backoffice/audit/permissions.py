"""Who may read the record of what everybody did, take a copy of it, and forget a person in it."""

from backoffice.core.permissions import Permission
from backoffice.core.words import noop

SEE_AUDIT = Permission("audit.log.view", noop("See and verify the audit log"))
EXPORT_AUDIT = Permission("audit.log.export", noop("Export the audit log"))
ERASE_SUBJECT = Permission("audit.subject.erase", noop("Erase a person's data from the audit log"))
