"""The OpenAPI description, read off the doors themselves: what each takes, shows and needs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers


class DoorSchema(AutoSchema):
    """One door's part of the description."""

    def get_operation_id(self) -> str:
        """Return the door's name: the sentence on its button."""
        return str(type(self.view).__name__)

    def get_tags(self) -> list[str]:
        """Return the app that the door belongs to."""
        return [type(self.view).__module__.partition(".")[0]]

    def get_description(self) -> str:
        """Return the door's docstring, its scope, and whether it has to be signed."""
        permission = getattr(self.view, "permission", None)
        scope = f"\n\nScope: `{permission}`." if permission is not None else ""
        signed = "\n\nSigned, with an Idempotency-Key." if self._acts() else ""
        return f"{(type(self.view).__doc__ or '').strip()}{scope}{signed}"

    def get_request_serializer(self) -> Any:
        """Return what an act takes."""
        return self.view.takes if self._acts() else None

    def get_response_serializers(self) -> Any:
        """Return what the door shows, and the problem that it answers instead."""
        shows = self.view.shows
        if shows is not None and hasattr(self.view, "order"):
            shows = page_of(shows)
        return {self.view.answers: shows, ("default", "application/problem+json"): Problem}

    def get_override_parameters(self) -> list[Any]:
        """Return the words of a list's query, and an act's header."""
        if hasattr(self.view, "order"):
            return [Paging, *([self.view.narrows] if self.view.narrows else [])]
        return []

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return how a call proves who it is."""
        if getattr(self.view, "open_to_strangers", False):
            return []
        return [{"signature": []}] if self._acts() else [{"token": []}, {"signature": []}]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def _acts(self) -> bool:
        return hasattr(self.view, "act")


class Paging(serializers.Serializer[Any]):
    """The words by which a list is read on."""

    after = serializers.CharField(required=False, help_text=_("`next` of the page before"))
    size = serializers.IntegerField(required=False, min_value=1, max_value=200, default=50)


class Problem(serializers.Serializer[Any]):
    """RFC 9457: what is answered instead of a result."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(help_text=_("One sentence: what, why, remedy"))
    errors = serializers.DictField(child=serializers.CharField(), required=False)


_pages: dict[Any, Any] = {}


def page_of(shows: Any) -> Any:
    """Return the serializer of a page of rows."""
    if shows not in _pages:
        fields = {"items": shows(many=True), "next": serializers.CharField()}
        _pages[shows] = inline_serializer(f"{shows.__name__}Page", fields=fields)
    return _pages[shows]
