"""Columns of the approval queue."""

from datetime import timedelta
from typing import Any

from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages import cells
from accounts.queries import payments, turns
from backoffice.ui import figures, marks, tables
from backoffice.ui.drawing.markup import html

TODAY = timedelta(hours=24)


class Checks(tables.Column):
    """How many checks of each colour."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw shapes and counts."""
        return cells.checks(payments.colours_of(record))


class WaitsFor(tables.Column):
    """Whose turn it is: mine, a seat's, a machine's; how it ended, once it did."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw one word, or the badge of the end."""
        if record.is_final:
            return marks.badge("payment", record.state)
        if turns.waits_for(table.request.user, record):
            return html("<strong>{}</strong>", _("me"))
        return _(turns.words_of(record))


class Due(tables.Column):
    """How late, how long left, or on which day."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw it with its full moment on hover."""
        return due(record, table.now)


class Says(tables.Column):
    """One line: why it waits, or the worst check in words."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the line, cut to its room."""
        told = record.uncertain_words or record.waits_because or record.refused_because
        told = told or payments.says_of(record)
        return html('<span class="says" title="{}">{}</span>', told, told)


class PaymentTable(tables.Table):
    """What waits, worst first."""

    caption = gettext_lazy("Approvals")
    cards = True

    number = tables.Column(accessor="pk", verbose_name="#", css="figure muted")
    client = cells.Client(verbose_name=gettext_lazy("Client"), card=1)
    amount = tables.Money(
        "currency", with_unit=True, verbose_name=gettext_lazy("Amount"), card=2, css="strong"
    )
    checks = Checks(accessor="verdicts", verbose_name=gettext_lazy("Checks"), card=3)
    waits_for = WaitsFor(accessor="state", verbose_name=gettext_lazy("Waits for"))
    due_at = Due(verbose_name=gettext_lazy("Due"), card=4)
    says = Says(accessor="state", verbose_name=gettext_lazy("Says"), css="wide")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.address = tables.addresses("accounts:payment-detail")
        view = self.request.GET.get("view", "")
        self.tab = f"?view={view}" if view else ""

    def url_of(self, record: Any) -> str:
        """Return the approval page, which knows the tab it was opened from."""
        return self.address(record.pk) + self.tab


def due(payment: Any, now: Any) -> SafeString:
    """Return when a payment is due as people say it: late, so much left, or its day."""
    here = timezone.localtime(payment.due_at)
    words, css = _told(payment, here, payment.due_at - now)
    moment = f"{figures.day(here)} {here.year} {figures.clock(here)} {here.tzname()}"
    return html('<span class="due {}" title="{}">{}</span>', css, moment, words)


def _told(payment: Any, here: Any, left: timedelta) -> tuple[str, str]:
    """Return the words and their colour: amber in the last quarter of the time, red when late."""
    if payment.waiting_since is not None:
        return _("no time runs"), ""
    if payment.is_final:
        return f"{figures.day(here)} {figures.clock(here)}", ""
    if left < timedelta(0):
        return _("late %(age)s") % {"age": figures.age(int(-left.total_seconds()))}, "late"
    if left < TODAY:
        words = _("%(age)s left") % {"age": figures.age(int(left.total_seconds()))}
        is_soon = left < (payment.due_at - payment.requested_at) / 4
        return words, "soon" if is_soon else ""
    day = formats.date_format(here, "D") if left < 6 * TODAY else figures.day(here)
    return f"{day} {figures.clock(here)}", ""
