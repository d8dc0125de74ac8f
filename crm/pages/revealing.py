"""A masked contact of a client: shown in full for a minute to who asks, and each asking is told."""

from typing import Any

from django.http import Http404, HttpResponse

from backoffice.ui.shapes import StaffPage
from crm.actions import looks
from crm.permissions import REVEAL_CONTACTS
from crm.queries import clients
from crm.states import ContactField


class Contact(StaffPage):
    """GET: as masked as ever. POST: in full, counted and told."""

    permission = REVEAL_CONTACTS

    def get(self, request: Any, pk: int, field: str) -> HttpResponse:
        """Show it masked again."""
        record, name = self._found(pk, field)
        return self._shown(record, name, shown=getattr(record, f"{name}_masked"))

    def post(self, request: Any, pk: int, field: str) -> HttpResponse:
        """Show it in full."""
        record, name = self._found(pk, field)
        told = {"actor": request.user.actor, "now": self.now}
        try:
            looks.reveal(user_id=request.user.pk, client_id=pk, field=name, **told)
        except looks.QuotaSpent as reason:
            shown = getattr(record, f"{name}_masked")
            return self._shown(record, name, shown=shown, error=str(reason))
        return self._shown(record, name, shown=getattr(record, name), is_revealed=True)

    def _found(self, pk: int, field: str) -> tuple[Any, ContactField]:
        if field not in list(ContactField):
            raise Http404
        record = clients.get_client_for(self.request.user, pk, REVEAL_CONTACTS)
        return record, ContactField(field)

    def _shown(self, record: Any, field: ContactField, **context: Any) -> HttpResponse:
        template = "crm/_contact.html" if self.request.htmx else "crm/contact.html"
        answer = self.show(template, {"record": record, "field": field.value, **context})
        answer["Cache-Control"] = "no-store"
        return answer
