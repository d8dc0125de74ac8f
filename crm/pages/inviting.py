"""The button that invites a client to the personal area."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from backoffice.core.errors import Later, Rejected
from backoffice.ui.shapes import StaffPage
from crm.actions import inviting
from crm.permissions import EDIT_CLIENTS
from crm.queries import clients


class Invite(StaffPage):
    """Sends the client a link to a password; what stands against it is said on their page."""

    permission = EDIT_CLIENTS
    http_method_names = ["post"]

    def post(self, request: Any, pk: int) -> HttpResponse:
        """Invite them; 404 out of reach."""
        clients.get_client_for(request.user, pk, EDIT_CLIENTS)
        try:
            inviting.invite_client(client_id=pk, actor=request.user.actor, now=self.now)
        except (Rejected, Later) as reason:
            messages.error(request, str(reason))
        else:
            messages.info(request, _("Invited: a letter with a link goes to the client."))
        return redirect("crm:client-detail", pk)
