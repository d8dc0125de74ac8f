"""The app that knows how a page is made."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates' tags, tables, filters and page shapes of the staff screens."""

    name = "backoffice.ui"
    label = "ui"
