"""Columns of the list of bulk files, and of the lines of one."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries.bulk import lines
from accounts.terms.bulk import PURPOSE_LABELS
from backoffice.ui import tables


class FileTable(tables.Table):
    """Bulk files, the newest first."""

    caption = gettext_lazy("Bulk files")
    cards = True

    name = tables.Templated(
        "accounts/_bulk_name.html", accessor="name", verbose_name=gettext_lazy("File"), card=1
    )
    state = tables.Badge("bulk_file", verbose_name=gettext_lazy("State"), card=2)
    lines = tables.Figure(accessor="lines", verbose_name=gettext_lazy("Lines"))
    cannot = tables.Figure(accessor="cannot", verbose_name=gettext_lazy("Cannot be booked"))
    waiting = tables.Figure(accessor="waiting", verbose_name=gettext_lazy("Not begun"))
    prepared_at = tables.When(relative=True, verbose_name=gettext_lazy("Handed in"), card=3)

    def url_of(self, record: Any) -> str:
        """Return the file's page."""
        return reverse("accounts:bulk-detail", args=[record.pk])


class What(tables.Column):
    """What a line is for, and whether it moves the balance or the credit."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw it."""
        pocket = _("credit") if record.is_credit else _("balance")
        label = _(PURPOSE_LABELS[value])
        return format_html('{} <span class="faint small">{}</span>', label, pocket)


class Words(tables.Column):
    """Why it stands as it stands; the comment where there is nothing to say."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw it, cut to its room."""
        told = lines.words_of(record) or record.comment
        if not told:
            return SafeString("")
        return format_html('<span class="says" title="{}">{}</span>', told, told)


class LineTable(tables.Table):
    """The lines of a file, in its order."""

    caption = gettext_lazy("Lines")
    cards = True

    number = tables.Column(verbose_name=gettext_lazy("Line"), css="figure muted")
    login = tables.Templated(
        "accounts/_bulk_login.html",
        accessor="login",
        verbose_name=gettext_lazy("Login"),
        card=1,
        css="figure",
    )
    amount = tables.Money(
        "currency", with_unit=True, verbose_name=gettext_lazy("Amount"), card=2, css="strong"
    )
    purpose = What(verbose_name=gettext_lazy("For"), card=4)
    outcome = tables.Badge("bulk_line", verbose_name=gettext_lazy("Result"), card=3)
    ticket = tables.Column(
        accessor="adjustment__ticket", verbose_name=gettext_lazy("Ticket"), css="figure"
    )
    words = Words(
        accessor="pk", verbose_name=gettext_lazy("Why, or the comment"), css="wide bulk-why"
    )

    def url_of(self, record: Any) -> str:
        """Return the page of the adjustment that the line became, or nothing."""
        if record.adjustment_id is None:
            return ""
        return reverse("accounts:adjustment-detail", args=[record.adjustment_id])
