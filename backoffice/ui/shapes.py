"""Four shapes for nearly every staff screen: ListPage, DetailPage, ActionPage, Panel.

A door built on them says its permission, what it asks and how it looks, and holds no logic.
Out of reach is 404 (the query decides), not allowed is 403; who is not verified staff never comes
here (identity's guard).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views import View

from backoffice.core import clock
from backoffice.core.actors import NO_PROOF, Actor, Origin
from backoffice.core.errors import Later, Rejected
from backoffice.ui import filters, keyset
from backoffice.ui.drawing import export
from backoffice.ui.tables import Table


class StaffPage(View):
    """A door for staff. `permission` None: every signed-in member of staff may come in.

    A tuple of permissions lets in whoever holds one of them.
    """

    permission: ClassVar[object | None]
    #: A fresh second factor before acting (identity/pages/stepping_up.py tells the whole rule).
    needs_step_up: ClassVar[bool] = False
    request: Any  # an HttpRequest with `htmx`, whose `user` the guard found to be verified staff
    now: datetime

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let in who may, at one moment that the whole page shares."""
        asked = self.permission if isinstance(self.permission, tuple) else (self.permission,)
        if not any(one is None or request.user.may(str(one)) for one in asked):
            raise PermissionDenied
        self.now = clock.now()
        return super().dispatch(request, *args, **kwargs)

    @property
    def origin(self) -> Origin:
        """The login session and the device that this page is asked from, as digests; the proof."""
        request = self.request  # the guard (identity/pages/guard.py) said which device and proof
        device, proof = getattr(request, "device_key", ""), getattr(request, "proof", NO_PROOF)
        return Origin.of(session=request.session.session_key, device=device, proof=proof)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render at this page's moment; caches keep the page and its fragment apart."""
        response = render(self.request, template_name, {"now": self.now, **context}, **extra)
        patch_vary_headers(response, ["HX-Request"])
        response["Cache-Control"] = "private, no-store"
        return response


MOST_IN_A_FILE = 10_000


class ListPage(StaffPage):
    """A filtered, paged table. The fragment alone is what htmx swaps.

    `orders` names the sorts on offer: name → fields as for order_by; the first is the default.
    """

    template_name: ClassVar[str]
    fragment_name: ClassVar[str]
    table_class: ClassVar[type[Table]]
    filter_class: ClassVar[Any] = None
    orders: ClassVar[Mapping[str, Sequence[str]]]
    page_size: ClassVar[int] = 50
    #: Heads of the file that the list can be downloaded as; none: it cannot.
    file_heads: ClassVar[Sequence[Any]] = ()
    file_name: ClassVar[str] = "list"

    def rows(self) -> Any:
        """Return the rows that this person may see."""
        raise NotImplementedError

    def saved_views(self) -> Sequence[filters.SavedView]:
        """Return the views that stand above the list as tabs."""
        return ()

    def totals(self, rows: Any) -> Mapping[str, Any]:
        """Return the foot row by column name, over the whole filter."""
        return {}

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return what else the template needs."""
        return {}

    def file_row(self, record: Any) -> Sequence[Any]:
        """Return a record's values under `file_heads`, as far as this person may see them."""
        raise NotImplementedError

    def note_file(self, rows: int, narrowed: str) -> None:
        """Tell the log that so many rows leave the house, and which filters chose them."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the list, or for htmx its fragment; with `as=csv` the whole of it as a file."""
        if self.file_heads and self.request.GET.get("as") == "csv":
            return self._file()
        template = self.fragment_name if self.request.htmx else self.template_name
        return self.show(template, self.context())

    def _file(self) -> HttpResponse:
        _narrowed, rows = self._narrowed()
        found = list(rows.order_by(*self.orders[self._sort()])[: MOST_IN_A_FILE + 1])
        # The names alone: what somebody searched for may be a person.
        asked = sorted(k for k, v in self.request.GET.items() if v and k not in filters.NOT_FILTERS)
        lines: list[Sequence[Any]] = [self.file_row(one) for one in found[:MOST_IN_A_FILE]]
        if len(found) > MOST_IN_A_FILE:
            cut = _("Cut at %(most)s lines: narrow the list.") % {"most": MOST_IN_A_FILE}
            lines.append([cut])
        self.note_file(len(lines), ", ".join(asked) or "all")
        answer = HttpResponse(
            export.document(self.file_heads, lines), content_type="text/csv; charset=utf-8"
        )
        name = f"{self.file_name}-{self.now:%Y%m%dT%H%M%S}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "private, no-store"
        return answer

    def _sort(self) -> str:
        sort: str = self.request.GET.get("sort", "")
        return sort if sort in self.orders else next(iter(self.orders))

    def context(self) -> dict[str, Any]:
        """Return table, filters, tabs and neighbours."""
        query = self.request.GET
        narrowed, rows = self._narrowed()
        sort = self._sort()
        page = keyset.cut(
            rows,
            self.orders[sort],
            after=query.get("after", ""),
            before=query.get("before", ""),
            size=self.page_size,
        )
        table = self.table_class(
            page.rows, request=self.request, now=self.now, totals=self.totals(rows)
        )
        return {
            "table": table,
            "slice": page,
            "sort": sort,
            "sorts": sorted(self.orders),
            "has_file": bool(self.file_heads),
            **self._bar(narrowed),
            **self.additions(rows),
        }

    def _narrowed(self) -> tuple[Any, Any]:
        if self.filter_class is None:
            return None, self.rows()
        narrowed = self.filter_class(self.request.GET, queryset=self.rows(), request=self.request)
        return narrowed, narrowed.qs

    def _bar(self, narrowed: Any) -> dict[str, Any]:
        if narrowed is None:
            return {"in_force": 0}
        return {
            "form": filters.dressed(narrowed.form),
            "chips": filters.chips(narrowed.form, self.request.GET),
            "tabs": filters.tabs(self.saved_views(), self.request.GET),
            "in_force": filters.count_in_force(narrowed.form),
        }


class DetailPage(StaffPage):
    """One record: `record()` returns it or raises Http404, `context()` adds to it.

    With a `fragment_name`, htmx gets that part alone.
    """

    template_name: ClassVar[str]
    fragment_name: ClassVar[str] = ""

    def record(self, *args: Any, **lookup: Any) -> Any:
        """Return the record that this person may see, or raise Http404."""
        raise NotImplementedError

    def context(self, record: Any) -> dict[str, Any]:
        """Return what the page shows beside the record."""
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the record."""
        record = self.record(**kwargs)
        is_part = self.request.htmx and self.fragment_name
        template = self.fragment_name if is_part else self.template_name
        return self.show(template, {"record": record, **self.context(record)})


class Panel(DetailPage):
    """A block of another page, fetched when that page stands; without a script a small page."""

    template_name = "layouts/panel.html"
    title: ClassVar[Any] = ""
    styles: ClassVar[tuple[str, ...]] = ()  # of the page that it is a block of

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the panel's title, styles and fragment at hand for its own small page."""
        around = {"title": self.title, "styles": self.styles, "fragment": self.fragment_name}
        return super().show(template_name, {**around, **context}, **extra)


class ActionPage(StaffPage):
    """A door that changes something: a form, one action, and where to go afterwards."""

    form_class: ClassVar[Any]
    template_name: ClassVar[str]
    success_url: ClassVar[Any] = "/"
    done: ClassVar[Any] = ""

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Call the one action; Rejected, Conflict and Later are shown on the form."""
        raise NotImplementedError

    def form(self, data: Any = None) -> Any:
        """Return the form, empty or with what was sent."""
        return self.form_class(data)

    def goes_to(self) -> str:
        """Return where to go when it is done."""
        return str(self.success_url)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the empty form."""
        return self.show(self.template_name, {"form": self.form()})

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Carry it out, or show again what was typed with the reason."""
        form = self.form(request.POST)
        if form.is_valid() and self._done(form):
            if self.done:
                messages.info(request, self.done)
            return redirect(self.goes_to())
        return self.show(self.template_name, {"form": form}, status=422)

    def _done(self, form: Any) -> bool:
        try:
            self.act(form.cleaned_data, self.request.user.actor)
        except (Rejected, Later) as reason:
            form.add_error(None, str(reason))
            return False
        return True
