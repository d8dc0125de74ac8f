"""Who looked at how many clients today, beside the quotas: for compliance."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from backoffice.ui.shapes import StaffPage
from crm.permissions import SEE_LOOKS
from crm.queries import looks
from crm.states import LOOK_LABELS


class LookList(StaffPage):
    """People by what they opened, revealed and exported today; the alarms of late."""

    permission = SEE_LOOKS

    def get(self, request: Any) -> HttpResponse:
        """Show the day."""
        days = looks.days_for(request.user, now=self.now)
        heads = [_(word) for word in LOOK_LABELS.values()]
        rows = [(day, list(zip(heads, day.cells, strict=True))) for day in days]
        return self.show("crm/look_list.html", {"rows": rows, "heads": heads})
