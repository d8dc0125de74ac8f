"""How the log stands, and "verify now": recomputed piece by piece, with the result in words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from backoffice.audit.actions import verifying
from backoffice.audit.permissions import SEE_AUDIT
from backoffice.audit.queries import standing
from backoffice.ui.shapes import StaffPage


class Standing(StaffPage):
    """Numbered, signed, witnessed up to where, by which keys; and the button."""

    permission = SEE_AUDIT
    title = gettext_lazy("Proof of the log")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show it."""
        return self.show("audit/standing.html", _context(self.now) | {"progress": None})


class VerifyLog(StaffPage):
    """One step of the recomputation; the page asks for the next until it is through."""

    permission = SEE_AUDIT

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take a step, and show how far it is."""
        progress = verifying.step(
            mark=request.POST.get("mark", ""), actor=self.request.user.actor, now=self.now
        )
        if self.request.htmx:
            return self.show("audit/_verifying.html", {"progress": progress})
        return self.show("audit/standing.html", _context(self.now) | {"progress": progress})


def _context(now: Any) -> dict[str, Any]:
    return {"standing": standing.standing(now), "public_keys": standing.list_keys()}
