"""What the audit room hears by itself: looks by the admin site are told like every other look."""

from backoffice.audit.actions import viewing
from backoffice.ui import admin_site

admin_site.told_by(viewing.record_view)
