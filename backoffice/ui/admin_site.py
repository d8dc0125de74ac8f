"""Django's admin for our administrators: behind our own sign-in, quick on big tables.

Almost everything is read-only here: money and people change by actions, on pages. What may be
edited is configuration, and each edit is told by an event with both states.
"""

import json
from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from backoffice.core import clock, outbox
from backoffice.ui.events import ConfigurationChanged

USE_ADMIN = "identity.admin.use"  # named in identity's permissions, above this room
STAFF = "staff"
COUNTED = 1000


#: Records that somebody looked at something; the audit room, which stands above, sets it.
Viewed = Callable[..., None]
_viewed: list[Viewed] = []


def told_by(recorder: Viewed) -> None:
    """Name who records a look at a table or a row (kind, key, actor, now)."""
    _viewed[:] = [recorder]


class CappedPaginator(Paginator):
    """Counts up to a thousand rows and offers no page beyond: search instead of leafing."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, or a thousand."""
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return min(len(rows), COUNTED)
        return int(rows.order_by()[:COUNTED].count())


class PlainChangeList(ChangeList):
    """Orders by what the class says alone: Django would add the key, and with it a sort."""

    def _get_deterministic_ordering(self, ordering: list[Any]) -> list[Any]:
        return ordering


class HouseAdminSite(AdminSite):
    """The one admin site; apps register with it in their `admin.py`."""

    site_header = _("Back office: settings")
    site_title = _("Settings")
    index_title = _("Settings")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in verified staff who may use the admin site."""
        user: Any = request.user
        return bool(
            user.is_authenticated
            and user.kind == STAFF
            and user.is_verified()
            and user.may(USE_ADMIN)
        )

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to our sign-in: there is no other. Who is signed in may not come in here."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.get_full_path()))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Leave by our own door, which tells of it."""
        return redirect("identity:sign-out", preserve_request=True)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Passwords are changed by an action, not here."""
        raise Http404

    def get_urls(self) -> list[Any]:
        """Find every app's registrations first."""
        autodiscover_modules("admin")
        return super().get_urls()


class ReadOnlyAdmin(ModelAdmin):
    """A table that can be looked at. Lists never count to the end nor sort without an index."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
    actions = None
    sortable_by = ()
    ordering: ClassVar[Any] = ("-pk",)
    #: What a row is called as the subject of events; the model's name unless said otherwise.
    view_kind: ClassVar[str] = ""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the table, and tell the log that it was looked at."""
        self._note(request, f"{self.model._meta.model_name}_list", "all")
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Show one row, and tell the log that it was looked at."""
        answer = super().changeform_view(request, object_id, *args, **kwargs)
        if object_id is not None and answer.status_code == 200:
            self._note(request, self.view_kind or str(self.model._meta.model_name), object_id)
        return answer

    def _note(self, request: HttpRequest, kind: str, key: str) -> None:
        user: Any = request.user
        for recorder in _viewed if request.method == "GET" and user.is_authenticated else ():
            recorder(kind=kind, key=key, actor=user.actor, now=clock.now())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Order by the class's ordering and nothing else."""
        return PlainChangeList

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever is in may look."""
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever is in sees the app."""
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody edits here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes here, or anywhere."""
        return False


class ConfigurationAdmin(ReadOnlyAdmin):
    """A table of configuration: rows are added and edited, with an event; none is deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever is in may add."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever is in may edit."""
        return True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Name both boxes of a moment: Django's label is of neither."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            for part, name in zip(field.widget.widgets, (_("Date"), _("Time")), strict=True):
                part.attrs["aria-label"] = f"{field.label}: {name}"
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write the row, and tell what it was before; Django has opened the transaction."""
        told = ""
        if change:
            told = _told(type(obj)._default_manager.select_for_update().get(pk=obj.pk))
        super().save_model(request, obj, form, change)
        user: Any = request.user
        outbox.emit(
            ConfigurationChanged(
                model=obj._meta.label_lower, key=str(obj.pk), before=told, after=_told(obj)
            ),
            actor=user.actor,
            subjects=[(obj._meta.label_lower, obj.pk)],
            now=clock.now(),
        )


def _told(row: Model) -> str:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)


site = HouseAdminSite(name="admin")
