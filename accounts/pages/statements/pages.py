"""A client's statement: the page with its period, and the same as a file."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions import exporting
from accounts.pages.clients import client_for
from accounts.pages.statements import files
from accounts.permissions import SEE_PAYMENTS
from accounts.queries.statements.client import (
    NoStatement,
    Period,
    Statement,
    accounts_of,
    statement_of,
)
from backoffice.company.queries import entities
from backoffice.ui.shapes import StaffPage

DAY = {"type": "date", "class": "input"}
TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


class PeriodForm(forms.Form):
    """From which day to which, and of which account."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    last = forms.DateField(label=_("To"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    account = forms.TypedChoiceField(
        label=_("Account"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, data: Any, accounts: list[tuple[int, str]]) -> None:
        super().__init__(data, label_suffix="")
        self.fields["account"].choices = [("", _("All")), *accounts]  # type: ignore[attr-defined]


class ClientStatement(StaffPage):
    """The month of now unless a period is asked for; `as` csv or pdf gives it as a file."""

    permission = SEE_PAYMENTS
    template_name = "accounts/client_statement.html"

    def get(self, request: Any, client_id: int) -> HttpResponse:
        """Show the statement, or hand it out."""
        client = client_for(request.user, SEE_PAYMENTS, client_id)
        form = PeriodForm(self._asked(), accounts_of(client_id))
        statement = self._statement(client_id, form)
        kind = request.GET.get("as", "")
        if statement is not None and kind in TYPES:
            return self._file(client, statement, kind)
        context = {"client": client, "form": form, "statement": statement, "zone": files.zone()}
        status = 200 if statement is not None else 422
        return self.show(self.template_name, context | {"links": self._links(form)}, status=status)

    def _asked(self) -> dict[str, Any]:
        today = timezone.localtime(self.now).date()
        usual = {"first": today.replace(day=1).isoformat(), "last": today.isoformat()}
        given = {name: self.request.GET.get(name) for name in ("first", "last", "account")}
        return usual | {name: value for name, value in given.items() if value}

    def _statement(self, client_id: int, form: PeriodForm) -> Statement | None:
        if not form.is_valid():
            return None
        told: dict[str, Any] = form.cleaned_data
        first: date = told["first"]
        try:
            return statement_of(client_id, Period(first, told["last"]), account_id=told["account"])
        except NoStatement as reason:
            form.add_error(None, str(reason))
        return None

    def _file(self, client: Any, statement: Statement, kind: str) -> HttpResponse:
        exporting.note_statement(
            client_id=client.pk,
            statement=statement,
            form=kind,
            actor=self.request.user.actor,
            now=self.now,
        )
        answer = HttpResponse(self._body(client, statement, kind), content_type=TYPES[kind])
        period = statement.period
        name = f"statement-{client.number}-{period.first}-{period.last}.{kind}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "private, no-store"
        return answer

    def _body(self, client: Any, statement: Statement, kind: str) -> bytes:
        if kind == "csv":
            return files.csv(statement)
        house = entities.list_entities().get(pk=client.legal_entity_id).name
        return files.pdf(statement, client, house, self.now)

    def _links(self, form: PeriodForm) -> list[tuple[str, str]]:
        query = self.request.GET.copy()
        query.update({name: value for name, value in form.data.items() if name not in query})
        found = []
        for kind in TYPES:
            query["as"] = kind
            found.append((kind.upper(), f"?{query.urlencode()}"))
        return found
