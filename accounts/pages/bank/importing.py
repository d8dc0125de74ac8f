"""A statement handed in, and the latest files with what became of them."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions.bank import importing
from accounts.pages.bank.forms import ImportForm
from accounts.permissions import IMPORT_STATEMENTS
from accounts.queries.bank import standing
from accounts.terms import FileOutcome
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.ui.shapes import ActionPage


class ImportStatement(ActionPage):
    """Takes a file; what is refused is said on the form, and stays in the list of files."""

    permission = IMPORT_STATEMENTS
    needs_step_up = True
    #: Asked before the form, because a file that was chosen does not survive the question.
    step_up_to_read = True
    template_name = "accounts/bank_import.html"

    def form(self, data: Any = None) -> ImportForm:
        """Return the form with the bank accounts in reach."""
        accounts = standing.list_accounts_for(self.request.user, IMPORT_STATEMENTS)
        return ImportForm(
            data,
            self.request.FILES if data is not None else None,
            accounts=[(one.pk, f"{one.name} · {one.number} · {one.currency}") for one in accounts],
        )

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Keep and judge it; a refusal is shown as one."""
        upload = importing.Upload(
            bank_account_id=int(data["bank_account"]),
            name=data["file"].name,
            body=data["file"].read(importing.LARGEST + 1),
        )
        file = importing.take_file(upload=upload, actor=actor, now=self.now)
        if file.outcome == FileOutcome.REFUSED:
            raise Rejected(_("Refused, nothing posted. %(why)s") % {"why": file.words})
        self.taken = file

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the latest files."""
        files = standing.latest_files_for(self.request.user)
        return super().show(template_name, {"files": files, **context}, **extra)

    def goes_to(self) -> str:
        """Return the rows that are nobody's."""
        return f"{reverse('accounts:bank-list')}?view=free"
